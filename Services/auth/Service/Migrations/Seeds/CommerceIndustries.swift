/// Industries that make, sell and rent things.
extension SeedIndustry {
  static let commerce = [ecommerce, property, automotive, construction]

  private static let ecommerce = SeedIndustry(
    "E-commerce and Retail", "Shops on the internet and on the street",
    [
      SeedSector(
        "Fashion", "Clothing, shoes and accessories",
        """
        capsule wardrobe checklist 8100 43 i; sustainable clothing brands 18100 57 c;
        women's linen pants 27100 52 t; how to style wide leg jeans 9900 40 i;
        men's business casual outfits 12100 48 i; leather crossbody bag 22200 53 t;
        wedding guest dresses 135000 66 t; best running shoes for flat feet 22200 58 c
        """),
      SeedSector(
        "Beauty and Cosmetics", "Skin care, make-up and hair",
        """
        skincare routine for oily skin 14800 50 i; best vitamin c serum 33100 65 c;
        how to use retinol 14800 51 i; cruelty free makeup brands 8100 49 c;
        korean skincare set 6600 47 t; sunscreen for sensitive skin 9900 54 c;
        hair oil for dry hair 6600 46 c; natural deodorant that works 5400 44 c
        """),
      SeedSector(
        "Consumer Electronics", "Phones, computers and gadgets",
        """
        best noise cancelling headphones 60500 72 c; laptop for college students 12100 63 c;
        oled vs qled 33100 54 i; refurbished iphone 40500 60 t; portable power bank 14800 57 t;
        wireless earbuds under 50 5400 48 c; how to choose a monitor 2400 41 i;
        4k projector for home theater 8100 55 c
        """),
      SeedSector(
        "Furniture", "Pieces for living and working",
        """
        ergonomic office chair 49500 64 t; mid century modern sofa 14800 51 t;
        standing desk benefits 2900 40 i; small space dining table 6600 45 t;
        how to measure for a sofa 1600 28 i; solid wood bed frame 18100 53 t;
        outdoor furniture sets 40500 62 t; best mattress for back pain 40500 73 c
        """),
      SeedSector(
        "Online Store Operations", "Running a shop on the internet",
        """
        how to start an online store 9900 61 i; shopify vs woocommerce 6600 56 c;
        product description examples 2900 42 i; dropshipping suppliers 14800 58 c;
        reduce cart abandonment 1300 39 i; ecommerce return policy template 1900 35 t;
        product photography tips 3600 41 i; ecommerce fulfillment services 3600 52 c
        """),
    ])

  private static let property = SeedIndustry(
    "Real Estate", "Buying, selling, renting and managing property",
    [
      SeedSector(
        "Home Buying", "Finding and buying a home",
        """
        first time home buyer checklist 6600 48 i; how to make an offer on a house 4400 43 i;
        home inspection checklist 9900 46 t; buying a house process 6600 52 i;
        new construction homes near me 90500 55 t; questions to ask when buying a house 5400 39 i;
        earnest money deposit 9900 45 i; best neighborhoods for families 2900 37 i
        """),
      SeedSector(
        "Home Selling", "Preparing and selling a home",
        """
        how to sell a house by owner 8100 50 i; home staging tips 4400 42 i;
        what is my home worth 90500 74 t; sell my house fast 33100 63 t;
        cost of selling a house 3600 41 i; best time to sell a house 4400 44 i;
        real estate photography pricing 2400 36 c; seller disclosure form 2900 34 t
        """),
      SeedSector(
        "Rentals", "Apartments and houses to let",
        """
        apartments for rent near me 1000000 70 t; rental application form 14800 45 t;
        how to find a roommate 3600 40 i; lease agreement template 33100 52 t;
        pet friendly apartments 49500 54 t; security deposit laws 5400 38 i;
        furnished short term rentals 9900 50 t; how to break a lease 14800 44 i
        """),
      SeedSector(
        "Property Management", "Looking after property for its owners",
        """
        property management software 9900 64 c; property management fees 4400 41 i;
        tenant screening services 4400 55 c; how to evict a tenant 9900 47 i;
        landlord maintenance checklist 1000 29 t; hoa management companies 4400 43 c;
        rent collection app 1900 45 c; vacation rental management 5400 49 c
        """),
      SeedSector(
        "Property Investment", "Earning with houses and land",
        """
        how to invest in real estate 22200 66 i; rental property calculator 14800 53 t;
        house hacking explained 3600 38 i; cap rate formula 8100 42 i;
        brrrr method 12100 41 i; real estate crowdfunding platforms 3600 57 c;
        1031 exchange rules 14800 51 i; commercial property for lease 18100 48 t
        """),
    ])

  private static let automotive = SeedIndustry(
    "Automotive", "Cars, their care and their trade",
    [
      SeedSector(
        "Car Repair", "Keeping cars on the road",
        """
        brake pad replacement cost 14800 45 i; check engine light meanings 12100 48 i;
        oil change near me 246000 58 t; car ac not blowing cold air 14800 40 i;
        transmission repair cost 12100 46 i; mobile mechanic near me 40500 47 t;
        when to replace timing belt 5400 36 i; car maintenance schedule 4400 41 i
        """),
      SeedSector(
        "Electric Vehicles", "Driving on electricity",
        """
        ev charging at home 6600 50 i; best electric suv 22200 64 c;
        level 2 charger installation cost 5400 43 c; how long do ev batteries last 6600 45 i;
        electric car tax credit 33100 61 i; used electric cars 27100 56 t;
        ev vs hybrid 6600 47 i; portable ev charger 14800 51 t
        """),
      SeedSector(
        "Car Buying", "New and used cars",
        """
        best used cars under 10000 18100 57 c; how to negotiate car price 5400 44 i;
        certified pre owned meaning 4400 39 i; lease vs buy a car 14800 55 i;
        car history report free 9900 52 t; reliable family suv 6600 58 c;
        questions to ask when buying a used car 1900 33 i; trade in value calculator 12100 60 t
        """),
      SeedSector(
        "Car Care", "Washing, polishing and protecting",
        """
        ceramic coating cost 14800 47 c; how to detail a car 9900 45 i;
        best car wax 14800 53 c; interior car cleaning near me 18100 44 t;
        remove scratches from car 9900 42 i; paint protection film price 5400 43 c;
        clay bar treatment 6600 38 i; car detailing kit 8100 48 t
        """),
      SeedSector(
        "Auto Parts", "Parts and accessories",
        """
        all season tires 40500 59 t; oem vs aftermarket parts 2900 37 i;
        car battery replacement 40500 55 t; roof rack cross bars 9900 42 t;
        dash cam front and rear 27100 56 c; what size wiper blades do i need 33100 46 i;
        truck bed cover types 3600 40 i; performance exhaust systems 3600 45 t
        """),
    ])

  private static let construction = SeedIndustry(
    "Home Improvement", "Building, repairing and furnishing homes",
    [
      SeedSector(
        "Kitchen Remodeling", "New kitchens, counters and cabinets",
        """
        kitchen remodel cost 33100 58 c; quartz vs granite countertops 22200 52 i;
        small kitchen design ideas 22200 55 i; kitchen cabinet refacing 12100 50 c;
        kitchen island with seating 22200 51 t; how to plan a kitchen remodel 1600 36 i;
        kitchen contractors near me 5400 43 t; best backsplash for white cabinets 2900 35 i
        """),
      SeedSector(
        "Roofing", "Roofs, gutters and repairs",
        """
        roof replacement cost 40500 57 c; metal roof vs shingles 9900 46 i;
        how to find a roof leak 3600 34 i; gutter installation near me 12100 44 t;
        roof inspection cost 4400 38 c; how long does a roof last 6600 40 i;
        emergency roof repair 5400 48 t; flat roof materials 2900 37 i
        """),
      SeedSector(
        "Heating and Cooling", "Climate indoors",
        """
        heat pump vs furnace 12100 49 i; ac repair near me 90500 59 t;
        hvac maintenance checklist 2900 37 i; new furnace cost 9900 50 c;
        ductless mini split installation 8100 51 c; how often to change air filter 6600 39 i;
        tankless water heater pros and cons 5400 45 i; hvac financing options 880 32 t
        """),
      SeedSector(
        "Plumbing", "Water in and out",
        """
        emergency plumber near me 33100 54 t; how to unclog a drain 22200 50 i;
        water heater replacement cost 9900 48 c; low water pressure in house 6600 38 i;
        sewer line replacement cost 4400 42 c; how to fix a running toilet 27100 46 i;
        sump pump installation 6600 41 t; pipe insulation for winter 1600 30 i
        """),
      SeedSector(
        "Landscaping", "Gardens, lawns and outdoor living",
        """
        backyard landscaping ideas 40500 54 i; lawn care service near me 27100 49 t;
        paver patio cost 6600 43 c; drought tolerant plants 18100 45 i;
        when to plant grass seed 14800 42 i; retaining wall ideas 9900 41 i;
        artificial grass installation 9900 50 c; raised garden bed plans 6600 38 t
        """),
    ])
}
