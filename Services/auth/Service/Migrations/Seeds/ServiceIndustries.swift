/// Industries that sell knowledge and work.
extension SeedIndustry {
  static let services = [technology, marketing, finance, legal, education]

  private static let technology = SeedIndustry(
    "Technology", "Software, infrastructure and devices for business and private use",
    [
      SeedSector(
        "Cloud Computing", "Hosting, migration and running of workloads in the cloud",
        """
        cloud computing 90500 78 i; cloud migration strategy 2900 52 i;
        cloud cost optimization 2400 49 c; hybrid cloud vs multi cloud 1300 41 i;
        serverless computing 8100 58 i; cloud backup for small business 1600 44 c;
        kubernetes managed service 1900 47 c; cloud security best practices 3600 55 i;
        buy cloud storage 1300 46 t
        """),
      SeedSector(
        "Cybersecurity", "Protection of data, devices and networks",
        """
        what is zero trust security 6600 57 i; penetration testing services 2900 50 c;
        best password manager for teams 2400 54 c; ransomware protection 3600 56 i;
        phishing awareness training 2900 45 c; endpoint detection and response 5400 59 i;
        security audit checklist 1600 36 i; managed soc provider 720 38 c;
        two factor authentication setup 4400 48 i
        """),
      SeedSector(
        "Software as a Service", "Business applications by subscription",
        """
        best crm for small business 14800 71 c; project management software 27100 74 c;
        saas pricing models 2900 43 i; help desk software 8100 63 c;
        customer onboarding software 1900 47 c; free invoicing software 12100 61 t;
        saas churn rate benchmark 1300 34 i; time tracking app for freelancers 2400 49 c;
        crm migration checklist 480 24 i
        """),
      SeedSector(
        "Artificial Intelligence", "Machine learning and automation at work",
        """
        machine learning for beginners 9900 60 i; ai chatbot for website 6600 58 c;
        large language model explained 3600 51 i; ai writing assistant 12100 66 c;
        computer vision applications 2900 46 i; predictive analytics tools 3600 52 c;
        ai in customer service 4400 50 i; vector database comparison 1900 39 c;
        ai consulting services 2900 48 t
        """),
      SeedSector(
        "Smart Home", "Connected devices for the household",
        """
        smart home starter kit 5400 47 t; best smart thermostat 18100 62 c;
        smart lock installation 3600 40 i; matter vs zigbee 4400 37 i;
        wireless security camera system 22200 65 t; smart bulbs compatible with alexa 6600 50 c;
        robot vacuum for pet hair 14800 60 c; smart home without internet 1600 29 i;
        video doorbell without subscription 12100 53 c
        """),
    ])

  private static let marketing = SeedIndustry(
    "Marketing and Advertising", "Finding, winning and keeping customers",
    [
      SeedSector(
        "Search Engine Optimization", "Being found in search engines",
        """
        seo audit checklist 5400 55 i; keyword research tools 9900 70 c;
        how to do keyword clustering 1300 35 i; technical seo guide 2900 57 i;
        local seo services 8100 60 c; internal linking strategy 2400 46 i;
        link building services 4400 62 t; what is search intent 3600 48 i;
        meta description length 4400 41 i
        """),
      SeedSector(
        "Content Marketing", "Winning attention with useful content",
        """
        content marketing strategy 12100 68 i; content calendar template 8100 49 t;
        blog post ideas 9900 52 i; content brief template 1900 36 t;
        evergreen content examples 1300 33 i; content marketing agency 5400 61 c;
        how to write a pillar page 720 30 i; content repurposing tools 1000 37 c;
        b2b content marketing examples 1600 42 i
        """),
      SeedSector(
        "Social Media", "Channels, communities and campaigns",
        """
        social media management tools 8100 67 c; best time to post on instagram 33100 63 i;
        social media content calendar 9900 54 t; how to grow on linkedin 2900 44 i;
        social media marketing packages 1900 45 t; short form video ideas 1600 32 i;
        influencer outreach template 1300 31 t; community management best practices 880 34 i;
        social listening tools 3600 55 c
        """),
      SeedSector(
        "Email Marketing", "Newsletters and automated mail",
        """
        email marketing software 14800 72 c; welcome email examples 3600 43 i;
        email subject line ideas 4400 47 i; how to reduce unsubscribe rate 480 27 i;
        cold email template 9900 53 t; email list segmentation 1600 40 i;
        newsletter platform comparison 1300 45 c; email deliverability test 2400 46 t;
        abandoned cart email examples 1900 38 i
        """),
      SeedSector(
        "Paid Advertising", "Campaigns on search and social platforms",
        """
        google ads management 6600 58 c; ppc agency pricing 1300 42 c;
        facebook ads cost 5400 50 i; negative keywords list 2900 39 i;
        how to lower cost per click 1300 35 i; retargeting ads examples 1000 36 i;
        google ads audit 1600 41 t; landing page for google ads 1300 40 i;
        linkedin ads benchmarks 1000 34 i
        """),
    ])

  private static let finance = SeedIndustry(
    "Finance", "Money of people and businesses",
    [
      SeedSector(
        "Personal Finance", "Budgeting, saving and debt",
        """
        how to make a budget 22200 64 i; best budgeting apps 14800 66 c;
        emergency fund calculator 4400 45 t; debt snowball method 12100 52 i;
        how to improve credit score 40500 75 i; high yield savings account 110000 80 c;
        50 30 20 rule 27100 54 i; side hustle ideas 49500 69 i;
        balance transfer credit card 33100 73 c
        """),
      SeedSector(
        "Investing", "Building wealth in markets",
        """
        how to start investing 27100 72 i; best index funds 33100 71 c;
        etf vs mutual fund 22200 60 i; dividend investing for beginners 3600 47 i;
        robo advisor comparison 4400 58 c; dollar cost averaging 27100 57 i;
        open brokerage account 9900 63 t; compound interest calculator 246000 70 t;
        rebalancing a portfolio 2400 40 i
        """),
      SeedSector(
        "Mortgages", "Loans for homes",
        """
        mortgage calculator 1220000 88 t; how much house can i afford 135000 79 i;
        fixed vs adjustable rate mortgage 4400 49 i; mortgage pre approval process 6600 54 i;
        refinance mortgage rates today 49500 76 c; first time home buyer loan 27100 68 c;
        mortgage broker near me 18100 51 t; closing costs explained 5400 46 i;
        fha loan requirements 60500 65 i
        """),
      SeedSector(
        "Insurance", "Cover against risks",
        """
        term vs whole life insurance 14800 62 i; cheap car insurance quotes 40500 78 t;
        renters insurance cost 12100 57 c; business liability insurance 9900 61 c;
        how does health insurance deductible work 8100 50 i; pet insurance comparison 9900 64 c;
        life insurance for seniors 18100 63 c; home insurance claim process 1600 38 i;
        umbrella insurance policy 12100 55 c
        """),
      SeedSector(
        "Small Business Accounting", "Books, taxes and payroll",
        """
        bookkeeping for small business 9900 56 i; accounting software for freelancers 2900 54 c;
        small business tax deductions 14800 59 i; payroll services for small business 12100 66 c;
        cash flow forecast template 3600 41 t; how to read a balance sheet 5400 48 i;
        hire a bookkeeper online 1300 43 t; quarterly estimated taxes 12100 50 i;
        accounts receivable process 2900 39 i
        """),
    ])

  private static let legal = SeedIndustry(
    "Legal Services", "Advice and representation in matters of law",
    [
      SeedSector(
        "Family Law", "Marriage, children and property",
        """
        how to file for divorce 22200 61 i; child custody lawyer 9900 55 t;
        prenuptial agreement cost 2900 38 c; uncontested divorce process 3600 42 i;
        child support calculator 60500 58 t; legal separation vs divorce 6600 40 i;
        adoption lawyer near me 1900 36 t; how is property divided in divorce 1600 35 i
        """),
      SeedSector(
        "Personal Injury", "Claims after accidents",
        """
        personal injury lawyer 60500 77 t; car accident settlement calculator 4400 47 t;
        what to do after a car accident 9900 53 i; slip and fall lawyer 4400 54 t;
        how long does a personal injury claim take 880 30 i; medical malpractice lawyer 12100 63 t;
        no win no fee solicitors 5400 49 c; dog bite claim 1300 33 i
        """),
      SeedSector(
        "Estate Planning", "Wills, trusts and probate",
        """
        living trust vs will 9900 51 i; how to write a will 22200 60 i;
        estate planning attorney near me 14800 52 t; power of attorney form 49500 57 t;
        what is probate 14800 48 i; estate planning checklist 3600 39 i;
        revocable trust cost 1300 34 c; advance directive form 6600 42 t
        """),
      SeedSector(
        "Employment Law", "Rights and duties at work",
        """
        wrongful termination lawyer 8100 53 t; severance agreement review 1300 32 c;
        employee rights at work 1600 37 i; workplace discrimination examples 3600 41 i;
        non compete agreement enforceable 4400 43 i; unpaid overtime lawyer 1900 40 t;
        constructive dismissal explained 2400 35 i; employment contract template 6600 46 t
        """),
      SeedSector(
        "Business Law", "Founding and running companies",
        """
        llc vs s corp 40500 59 i; how to register a trademark 9900 55 i;
        partnership agreement template 5400 44 t; business lawyer near me 6600 47 t;
        nda template free 4400 45 t; terms of service generator 6600 50 t;
        incorporate a business online 2900 56 t; commercial lease review 880 29 c
        """),
    ])

  private static let education = SeedIndustry(
    "Education", "Learning at every age",
    [
      SeedSector(
        "Online Courses", "Learning by oneself over the internet",
        """
        free online courses with certificates 40500 71 t; learn python online 18100 64 c;
        best online course platforms 5400 62 c; how to create an online course 4400 53 i;
        data science bootcamp 9900 60 c; online course completion rate 480 25 i;
        project management certification online 6600 58 c; learn excel free 8100 55 t
        """),
      SeedSector(
        "Language Learning", "New languages for travel, work and life",
        """
        how to learn spanish fast 8100 52 i; best language learning app 18100 65 c;
        english speaking practice 12100 50 i; ielts preparation tips 6600 46 i;
        french grammar exercises 4400 40 i; online german lessons 2900 44 t;
        language exchange partner 5400 41 t; japanese for beginners 14800 49 i
        """),
      SeedSector(
        "Test Preparation", "Exams and entry tests",
        """
        sat practice test 74000 62 t; how to study for the gre 2900 45 i;
        act prep courses 3600 50 c; gmat study plan 2400 40 i; lsat tutor online 880 34 t;
        test anxiety tips 2900 36 i; mcat practice questions 5400 48 t;
        study schedule template 5400 38 t
        """),
      SeedSector(
        "Early Childhood", "Preschool and first school years",
        """
        montessori preschool near me 9900 42 t; preschool learning activities 8100 45 i;
        phonics for kids 9900 47 i; when do kids learn to read 4400 37 i;
        fine motor skills activities 12100 43 i; homeschool kindergarten curriculum 6600 48 c;
        alphabet worksheets printable 9900 44 t; kindergarten readiness checklist 3600 33 i
        """),
      SeedSector(
        "Tutoring", "Individual help for students",
        """
        math tutor near me 22200 46 t; online tutoring for kids 4400 49 c;
        how much does a tutor cost 2900 34 i; reading tutor for dyslexia 1000 28 t;
        chemistry homework help 2400 39 t; benefits of one on one tutoring 480 22 i;
        tutoring business plan 720 27 i; best tutoring websites 2400 50 c
        """),
    ])
}
