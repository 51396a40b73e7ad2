/// Industries around health, leisure and daily life.
extension SeedIndustry {
  static let living = [health, fitness, food, travel, pets]

  private static let health = SeedIndustry(
    "Healthcare", "Medicine, care and prevention",
    [
      SeedSector(
        "Dental Care", "Teeth and gums",
        """
        dental implants cost 49500 62 c; teeth whitening at home 14800 55 i;
        emergency dentist near me 110000 58 t; how to stop tooth pain 27100 57 i;
        invisalign vs braces 18100 54 c; root canal recovery time 4400 41 i;
        pediatric dentist near me 40500 48 t; gum disease symptoms 9900 52 i
        """),
      SeedSector(
        "Mental Health", "Therapy and well-being of the mind",
        """
        online therapy that takes insurance 9900 59 c; how to deal with anxiety 22200 66 i;
        cognitive behavioral therapy techniques 8100 55 i; therapist near me 135000 64 t;
        signs of burnout 9900 51 i; couples counseling cost 2900 42 c;
        mindfulness exercises 14800 53 i; depression self test 12100 56 t
        """),
      SeedSector(
        "Physiotherapy", "Movement, pain and recovery",
        """
        lower back pain exercises 40500 61 i; physical therapy near me 90500 55 t;
        rotator cuff exercises 22200 52 i; knee pain when bending 12100 50 i;
        sciatica stretches 33100 56 i; dry needling vs acupuncture 4400 38 i;
        plantar fasciitis treatment 33100 58 i; sports physiotherapist 5400 43 t
        """),
      SeedSector(
        "Nutrition", "Food as medicine",
        """
        anti inflammatory foods list 27100 57 i; registered dietitian near me 9900 46 t;
        low fodmap diet plan 14800 54 i; how much protein per day 49500 60 i;
        meal plan for weight loss 22200 63 t; vitamin d deficiency symptoms 40500 59 i;
        best probiotics for women 27100 64 c; mediterranean diet for beginners 8100 50 i
        """),
      SeedSector(
        "Senior Care", "Help for older people",
        """
        assisted living cost 9900 52 c; in home care for elderly 14800 55 t;
        signs of dementia 22200 60 i; medical alert systems 18100 65 c;
        fall prevention for seniors 2900 40 i; memory care near me 22200 50 t;
        does medicare cover home health care 5400 47 i; respite care services 3600 41 c
        """),
    ])

  private static let fitness = SeedIndustry(
    "Fitness and Wellness", "Training, recovery and balance",
    [
      SeedSector(
        "Strength Training", "Muscle and power",
        """
        strength training for beginners 9900 54 i; full body workout at home 22200 58 i;
        adjustable dumbbells 90500 66 t; progressive overload explained 4400 40 i;
        push pull legs routine 27100 51 i; best home gym equipment 12100 63 c;
        how to deadlift properly 4400 46 i; resistance bands workout 18100 50 i
        """),
      SeedSector(
        "Yoga", "Poses, breath and calm",
        """
        yoga for beginners 49500 65 i; best yoga mat 18100 61 c; hot yoga near me 27100 45 t;
        yoga poses for back pain 6600 48 i; yoga teacher training online 4400 52 c;
        restorative yoga sequence 2900 35 i; chair yoga for seniors 22200 47 i;
        morning yoga routine 8100 44 i
        """),
      SeedSector(
        "Running", "From the first mile to the marathon",
        """
        couch to 5k plan 27100 56 i; half marathon training plan 22200 55 t;
        best running watch 14800 62 c; how to run faster 9900 49 i;
        shin splints treatment 18100 52 i; trail running shoes 40500 60 t;
        running cadence explained 2400 34 i; marathon nutrition strategy 880 28 i
        """),
      SeedSector(
        "Weight Loss", "Losing weight and keeping it off",
        """
        calorie deficit calculator 110000 67 t; intermittent fasting schedule 22200 60 i;
        how to lose belly fat 74000 72 i; low calorie meal prep 6600 48 i;
        weight loss coach online 1900 44 t; keto vs low carb 4400 49 i;
        walking for weight loss 14800 52 i; best weight loss apps 5400 61 c
        """),
      SeedSector(
        "Sleep", "Better nights",
        """
        how to fall asleep fast 40500 63 i; best weighted blanket 14800 57 c;
        sleep hygiene checklist 3600 41 i; magnesium for sleep 40500 58 c;
        white noise machine 27100 54 t; how much sleep do i need 12100 55 i;
        sleep tracker comparison 1900 45 c; blackout curtains for bedroom 14800 50 t
        """),
    ])

  private static let food = SeedIndustry(
    "Food and Beverage", "Cooking, eating and drinking",
    [
      SeedSector(
        "Home Cooking", "Recipes and techniques",
        """
        easy weeknight dinners 40500 62 i; slow cooker chicken recipes 33100 60 i;
        how to cook quinoa 27100 53 i; one pot pasta recipes 9900 49 i;
        meal prep ideas for the week 14800 55 i; cast iron skillet care 5400 43 i;
        best chef knife 22200 61 c; air fryer recipes for beginners 9900 56 i
        """),
      SeedSector(
        "Coffee and Tea", "Beans, leaves and equipment",
        """
        best espresso machine for home 18100 64 c; how to make cold brew 22200 52 i;
        pour over coffee ratio 6600 39 i; specialty coffee subscription 4400 50 t;
        loose leaf tea benefits 1600 33 i; coffee grinder burr vs blade 1900 37 i;
        matcha powder ceremonial grade 9900 48 t; how to froth milk 5400 40 i
        """),
      SeedSector(
        "Baking", "Bread, cakes and pastry",
        """
        sourdough starter recipe 60500 58 i; chocolate chip cookie recipe 201000 74 i;
        stand mixer for bread dough 2400 46 c; gluten free bread recipe 18100 55 i;
        how to proof dough 4400 38 i; birthday cake delivery 22200 52 t;
        egg substitute in baking 18100 50 i; custom cakes near me 27100 45 t
        """),
      SeedSector(
        "Plant-Based Eating", "Vegan and vegetarian food",
        """
        vegan meal prep 9900 49 i; plant based protein sources 9900 52 i;
        best vegan cheese 5400 47 c; vegan meal delivery service 6600 57 t;
        tofu recipes easy 12100 48 i; vegetarian high protein meals 9900 50 i;
        how to start a plant based diet 2900 43 i; oat milk vs almond milk 9900 44 i
        """),
      SeedSector(
        "Restaurants and Catering", "Hospitality as a business",
        """
        wedding catering cost 4400 42 c; how to open a restaurant 6600 53 i;
        restaurant pos system 6600 62 c; corporate catering near me 5400 46 t;
        restaurant menu design ideas 2400 36 i; food truck business plan 5400 44 t;
        ghost kitchen business model 1900 37 i; how to get more restaurant reviews 390 26 i
        """),
    ])

  private static let travel = SeedIndustry(
    "Travel and Tourism", "Journeys and those who make them possible",
    [
      SeedSector(
        "Destinations", "Where to go and what to see",
        """
        best places to visit in europe 22200 66 i; 7 day itinerary japan 6600 45 i;
        things to do in lisbon 27100 55 i; best time to visit iceland 12100 48 i;
        hidden beaches in greece 1000 31 i; costa rica travel guide 4400 50 i;
        weekend trips near me 18100 53 t; solo travel destinations 6600 52 i
        """),
      SeedSector(
        "Hotels and Lodging", "Where to stay",
        """
        boutique hotels in paris 5400 54 t; all inclusive family resorts 33100 67 t;
        pet friendly hotels near me 33100 52 t; hotel vs vacation rental 880 33 i;
        eco friendly hotels 2400 42 c; last minute hotel deals 22200 65 t;
        glamping near me 33100 46 t; how to get free hotel upgrades 1000 34 i
        """),
      SeedSector(
        "Flights", "Getting there by air",
        """
        how to find cheap flights 22200 68 i; business class flight deals 9900 59 t;
        carry on luggage size 49500 57 i; best travel credit cards 33100 76 c;
        flight compensation claim 4400 46 t; jet lag remedies 4400 43 i;
        best seats on a plane 3600 40 i; student flight discounts 2900 44 t
        """),
      SeedSector(
        "Adventure Travel", "Hiking, diving and expeditions",
        """
        backpacking checklist 9900 45 t; kilimanjaro climb cost 2900 38 c;
        best hiking boots 49500 64 c; scuba diving certification 12100 50 i;
        patagonia trekking tours 1000 37 t; beginner camping gear list 2900 41 i;
        safari packages tanzania 2900 45 t; trekking poles benefits 880 27 i
        """),
      SeedSector(
        "Travel Planning", "Preparation and insurance",
        """
        travel insurance comparison 9900 66 c; packing list for europe 6600 43 t;
        digital nomad visa countries 14800 51 i; travel budget calculator 1900 36 t;
        esim for international travel 12100 55 c; how to plan a trip 6600 49 i;
        travel vaccination requirements 1600 39 i; custom travel planner 1000 40 t
        """),
    ])

  private static let pets = SeedIndustry(
    "Pets", "Animals that live with people",
    [
      SeedSector(
        "Dogs", "Care, training and gear for dogs",
        """
        how to potty train a puppy 40500 56 i; best dog food for sensitive stomach 22200 62 c;
        dog training near me 33100 47 t; no pull dog harness 27100 53 t;
        how often should i bathe my dog 9900 42 i; separation anxiety in dogs 22200 54 i;
        dog boarding near me 60500 49 t; hypoallergenic dog breeds 74000 58 i
        """),
      SeedSector(
        "Cats", "Care, behaviour and gear for cats",
        """
        why does my cat bite me 12100 43 i; best automatic litter box 22200 60 c;
        cat tree for large cats 14800 50 t; indoor cat enrichment ideas 1600 32 i;
        wet vs dry cat food 5400 41 i; how to introduce cats 9900 44 i;
        cat water fountain 27100 54 t; how long do cats live 40500 50 i
        """),
      SeedSector(
        "Aquariums", "Fish, plants and tanks",
        """
        freshwater aquarium setup 4400 42 i; best fish for small tank 8100 41 i;
        aquarium filter guide 1600 36 c; how to cycle a fish tank 9900 40 i;
        live aquarium plants 14800 48 t; betta fish care 27100 47 i;
        saltwater aquarium starter kit 2900 44 t; algae control in aquarium 1900 33 i
        """),
      SeedSector(
        "Veterinary Care", "Health of animals",
        """
        emergency vet near me 110000 51 t; dog vaccination schedule 14800 47 i;
        cost of spaying a cat 6600 40 c; dog teeth cleaning cost 12100 44 c;
        symptoms of kidney disease in cats 5400 42 i; flea and tick prevention 9900 55 c;
        vet telehealth 2400 46 t; why is my dog limping 6600 39 i
        """),
      SeedSector(
        "Pet Supplies", "Everything else they need",
        """
        pet subscription box 2900 51 t; personalized dog collars 8100 45 t;
        airline approved pet carrier 14800 49 t; pet camera with treat dispenser 4400 50 c;
        orthopedic dog bed 27100 56 t; rabbit cage setup 4400 36 i;
        eco friendly pet products 1300 35 c; hamster bedding types 1900 30 i
        """),
    ])
}
