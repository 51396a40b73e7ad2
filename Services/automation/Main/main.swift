print("automation")
