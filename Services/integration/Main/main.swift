print("integration")
