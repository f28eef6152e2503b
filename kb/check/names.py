"""Names: given names of many countries, and what is written with a capital and is no person."""

from __future__ import annotations

from typing import Final

from kb.check.verbs import words

GIVEN: Final = words(
    "aaron abdul abdullah abigail adam adel adrian agata agnes agnieszka ahmed aidan"
    " aileen aisha aiko akash akira"
    " alan alastair albert alejandro aleksandra aleksander alessandro alessia alex"
    " alexander alexandra alexei alexis"
    " alfie alfred ali alice alicia alina alison allan allison alma alvaro amanda"
    " amara amelia amelie amina amir amit"
    " amy ana anastasia anders andre andrea andreas andrei andres andrew andrzej andy"
    " angela angelika angus aniket"
    " anil anita anja anjali anke ann anna annabel anne annette annika anouk anselm"
    " anthony antoine anton antonia"
    " antonio anya aoife april archie ariane arjun armin arne arnaud arne arthur"
    " arturo arun asha ashley asif astrid"
    " audrey august aurelie axel ayesha ayse barbara barry bart bartosz basil bea"
    " beata beatrice beatriz becky ben"
    " benedikt benjamin benoit bernard bernd bernice bert beth bettina bianca bill"
    " birgit bjorn bjørn blanca bob"
    " bogdan boris brad brandon brenda brendan brian bridget britta bruce bruno bryan"
    " caitlin callum camila camille"
    " carl carla carlo carlos carmen carol carolina caroline catalina caterina"
    " catherine catriona cecilia celia celine"
    " chantal charles charlie charlotte chen cheng chiara chloe chris christa"
    " christian christiane christina christine"
    " christoph christophe christopher chuck ciara cindy claire clara clare claudia"
    " claus clemens clement colin colleen"
    " connor conor conrad constance cora corinna cormac craig cristina cynthia dagmar"
    " daisy dale damien dan dana daniel"
    " daniela danielle daria darius darren dave david davide dean deborah declan"
    " deepa deepak denis denise dennis derek"
    " desmond devi diana diane diego dieter dilip dimitri dina dirk dmitri dmitry"
    " dominic dominik dominika dominique"
    " donald donna dora doris dorothea dorothy doug douglas dragan duncan dylan ed"
    " eddie edith edmund eduardo edward"
    " edwin egon eileen ekaterina elaine elena eleanor elias elif elina elisa"
    " elisabeth eliza elizabeth ella ellen elliot"
    " elsa elza emil emilia emilie emily emma emmanuel enrico enrique eric erica erik"
    " erika erin ernest ernst erwin esme"
    " esteban esther ethan eugene eva evan eve evelyn ewa ewan fabian fabio faisal"
    " farah farid farida fatima federico"
    " felicity felipe felix fernanda fernando fiona flora florence florian frances"
    " francesca francesco francis francisco"
    " francois françois frank franz fraser fred frederic frederik frida friedrich"
    " fritz gabriel gabriela gabriele gail"
    " gareth gary gavin gemma geoff geoffrey george georg georgia gerald gerard gerd"
    " gerhard gerry giancarlo gillian gina"
    " giorgio giovanni gisela giulia giulio giuseppe gloria gonzalo gordon graham"
    " greg gregor gregory greta guillaume"
    " gunnar gustav guy hae hamid hana hanna hannah hannes hans harald harold harriet"
    " harry haruka haruto hassan hasan"
    " hazel heather heidi heike heiko heinrich helen helena helene helga helmut"
    " hendrik henk henri henrik henrike henry"
    " herbert herman hilary hilda hiroshi holger holly horst howard hubert hugh hugo"
    " hussein ian ibrahim ida ifeoma ignacio"
    " igor ilse imran ina ines inga inge ingo ingrid iqbal irena irene irina iris"
    " isaac isabel isabella isabelle isla ismail"
    " ivan ivana ivo jack jackie jacob jacqueline jacques jakob jakub jamal james"
    " jamie jan jana jane janet janice janina"
    " jasmin jasmine jason javier jean jeff jeffrey jelena jen jennifer jenny jens"
    " jeremy jerome jerry jessica jill jim"
    " jin jo joachim joan joanna joanne joao joão jochen joe joel johan johann"
    " johanna johannes john johnny jon jonas"
    " jonathan jordan jorg jörg jorge jose josé josef joseph josephine josh joshua"
    " joy joyce juan juanita judith judy jules"
    " julia julian juliana julie julien juliette julio june jurgen jürgen justin"
    " justyna kai kaja kamal kamila karen karim"
    " karin karina karl karolina kasia kate katarina katarzyna kateryna katharina"
    " katherine kathleen kathryn kathy katie"
    " katja katrin katya kavita kay kayla keiko keith kelly ken kenji kenneth kerry"
    " kerstin kevin khadija khalid kieran kim"
    " kira kiran kirsten kirsty kit klaus klara kofi konrad konstantin krishna"
    " kristian kristin kristina krystyna kumar kurt"
    " kwame kyle lakshmi lars laszlo lászló laura lauren laurence laurent layla lea"
    " leah lee leif leila lena leo leon leonard"
    " leonardo leonie leonora leslie lewis li liam lidia lila lilian lilly lily lina"
    " linda lindsay line ling lisa lisbeth liz"
    " lola lorenzo lorna lorraine lothar lou louis louisa louise luc luca lucas lucia"
    " lucía luciana lucie lucy ludwig luis"
    " luisa lukas łukasz lukasz luke lydia lynn maartje maciej maddy madeleine"
    " madison magda magdalena magnus mahmoud mai maja"
    " malcolm malgorzata małgorzata malik manfred manuel manuela marc marcel marcela"
    " marcin marco marcos marcus marek margaret"
    " margarita margot maria mariam marian mariana marianne marie marilyn marina"
    " mario marion marisa marit marius mark marko"
    " markus marlene marta martha martin martina martyna marvin mary mateo mateusz"
    " mathias matilda matt matteo matthew matthias"
    " matthieu maurice mauricio max maxim maxime may maya meera megan mehdi mehmet"
    " mei melanie melinda melissa mercedes meredith"
    " mia michael michal michał michel michele michelle miguel mihai mika mike mikael"
    " mikhail mila milan milena miles milos"
    " mina miranda miriam miroslav mitchell mo mohamed mohammad mohammed moira molly"
    " mona monica monika monique morgan moritz"
    " morten muhammad murat mustafa myriam nadia nadine naomi narendra natalia"
    " natalie natasha nathalie nathan neha neil nelson"
    " niall niamh nicholas nick nico nicola nicolas nicole niels nigel niklas nikolai"
    " nikolaus nils nina noah noel noemi noor"
    " nora norbert norma norman nuno nuria octavia olaf oleg olga oliver olivia"
    " olivier omar orla oscar oskar osman otto owen"
    " pablo pamela paolo parisa pascal patricia patrick patrik paul paula paulina"
    " pauline paulo pavel pawel paweł pedro peggy"
    " penelope penny per peter petr petra phil philip philipp philippa philippe"
    " phoebe pia pierre piet pilar piotr pooja prakash"
    " priya priyanka putri quentin rachel radek rafael rafal rahul raj rajesh ralf"
    " ralph ramesh ramon ramona ravi ray raymond"
    " rebecca regina reinhard remy renata renate rene rené reza ricardo richard rick"
    " rita robert roberta roberto robin rodrigo"
    " roger roland rolf roman ron ronald ronan rory rosa rosalind rose rosemary ross"
    " roxana roy ruben rudolf rupert russell ruth"
    " ryan sabine sabrina sagar said sally sam samantha samir samira samuel sandeep"
    " sandra sanjay sanna santiago sara sarah sarita"
    " sasha saskia scott sean seán sebastian selma serena serge sergei sergey sergio"
    " seth shane shanti sharon sheila shirley"
    " shreya sian siân sid sigrid silke silvia simon simona simone siobhan siobhán"
    " sofia sofie solveig sonia sonja sophia sophie"
    " stacey stan stanislav stefan stefania stefanie steffen stella stephan stephanie"
    " stephen steve steven stewart stig stuart"
    " subramanian sue suki sunil suresh susan susana susanne suzanne sven svetlana"
    " swati sylvia sylvie tadeusz takeshi tamara"
    " tanja tanya tara tariq tatiana ted teresa terence terry tess thabo theo theodor"
    " theresa thérèse thomas thorsten tiago tibor"
    " tilda till tim timo timothy tina tobias toby todd tom tomás tomas tomasz tommy"
    " tony torsten tracy trevor trish trudy uli"
    " ulla ulrich ulrike umberto ursula uwe valentin valentina valeria valerie"
    " vanessa vera verena veronica veronika victor"
    " victoria vijay vikram viktor viktoria vincent vincenzo viola violet viviana"
    " vivek vivian vladimir volker wanda wei wendy"
    " werner wilhelm will willem william wiktor wojciech wolfgang xavier xiao yan"
    " yara yasmin yasmine yosef youssef yuki yulia"
    " yuri yusuf yvette yvonne zachary zahra zainab zara zbigniew zeynep zoe zofia zoltan zsofia"
)
# After a capital letter these are places, products or times, not persons or companies.
NO_PERSON: Final = words(
    "bank project team street road avenue city friday monday tuesday wednesday"
    " thursday saturday sunday january february"
    " march april may june july august september october november december christmas"
    " easter day metrics boards cloud"
    " hospital university school station airport hall house park river lake island"
    " islands square center centre building"
    " tower valley county state states republic kingdom union ocean sea coast north"
    " south east west northern southern"
    " service services server studio office suite framework engine platform manager"
    " management data database db api sdk"
    " pipeline pipelines reports report driven design development engineering science"
    " learning intelligence native"
    " sprint release gateway queue stream streams store storage hub lab labs desk"
    " support group department division board"
    " committee council act law rule principle method model test protocol standard"
    " edition version chapter book guide"
    " manifesto handbook map maps chart diagram matrix score index number code codes"
    " plan programme program award"
    " conference summit meetup club league cup games olympics line lines express"
    " railway rail bus metro trains airlines"
    " airways telecom energy foods steel stahl insurance versicherung ag gmbh ltd inc"
    " llc plc corp consulting partners"
    " holdings industries technologies systems solutions software robotics mobile"
    " health media retail capital logistics"
    " lift lifts books works network networks library museum ministry government"
    " parliament church council national federal royal international general public"
    " central nodes node cluster workspace pages actions functions runner account"
    " accounts"
)
WHEN: Final = words(
    "january february march april may june july august september october november"
    " december monday tuesday wednesday"
    " thursday friday saturday sunday christmas easter spring summer autumn winter"
)
# Products, techniques and places written large.
KNOWN: Final = words(
    "python java javascript typescript kotlin swift rust go golang scala ruby rails"
    " php perl haskell erlang elixir"
    " clojure cobol fortran ada pascal c sql html css bash linux unix windows macos"
    " ios android chrome firefox safari edge"
    " kafka rabbitmq nats redis postgres postgresql mysql mariadb mongodb mongo"
    " cassandra elasticsearch elastic solr"
    " oracle db2 sqlite snowflake databricks spark hadoop hive airflow dbt flink beam"
    " bigquery redshift athena kinesis"
    " jenkins gitlab github bitbucket git gradle maven bazel npm docker kubernetes"
    " k8s helm istio terraform ansible"
    " puppet chef vagrant vmware openshift aws azure gcp google amazon microsoft"
    " apple meta facebook netflix uber airbnb"
    " cloudflare fastly akamai heroku vercel netlify digitalocean grafana prometheus"
    " datadog splunk sentry jaeger zipkin"
    " kibana logstash pagerduty opsgenie jira confluence trello asana notion slack"
    " teams zoom outlook exchange sharepoint"
    " excel word powerpoint salesforce hubspot zendesk servicenow workday sap stripe"
    " paypal adyen klarna twilio sendgrid"
    " auth0 okta keycloak vault react angular vue svelte django flask spring laravel"
    " symfony express next nuxt flutter"
    " unity unreal blender figma sketch photoshop selenium playwright cypress jest"
    " junit pytest cucumber postman swagger"
    " openapi graphql rest grpc protobuf avro json yaml xml http https tcp udp tls"
    " ssl ssh dns cdn vpn gdpr hipaa sox pci"
    " iso iec agile scrum kanban lean safe star okr okrs kpi sre devops qa ux ui hr"
    " it cto ceo cfo coo vp pm po dba"
    " nvidia intel amd arm cuda tensorflow pytorch keras numpy pandas jupyter openai"
    " llm bert gpt chatgpt copilot"
    " bluetooth wifi usb lte gps rfid nfc can modbus opc mqtt zigbee lora linkedin"
    " twitter youtube instagram whatsapp"
    " wechat tiktok visa mastercard amex swift sepa wolverine i scada plc hololens"
    " xbox playstation nintendo steam ibm"
    " siemens bosch atlassian adobe vmware cisco dell hp lenovo logitech sony samsung"
    " huawei nokia ericsson qualcomm"
    " shopify magento wordpress drupal typo3 wix squarespace webflow mailchimp looker"
    " tableau powerbi qlik metabase"
    " internet english german french spanish italian dutch polish swedish danish"
    " norwegian finnish portuguese russian"
    " chinese japanese korean hindi arabic turkish greek welsh irish european"
    " american british asian african western"
    " latin europe asia africa america germany france spain italy poland britain"
    " england scotland ireland wales china"
    " japan india brazil canada australia austria switzerland netherlands belgium"
    " denmark sweden norway finland portugal"
    " greece turkey russia ukraine mexico argentina chile peru egypt kenya nigeria"
    " singapore london paris berlin munich"
    " hamburg vienna zurich geneva madrid barcelona lisbon porto rome milan turin"
    " amsterdam utrecht rotterdam brussels"
    " ghent copenhagen stockholm oslo helsinki tampere warsaw krakow kraków gdańsk"
    " prague budapest bucharest sofia athens"
    " istanbul dublin cork belfast edinburgh glasgow cardiff manchester leeds bristol"
    " liverpool birmingham cambridge oxford"
    " york boston chicago seattle austin dallas denver toronto montreal vancouver"
    " sydney melbourne auckland wellington"
    " tokyo osaka seoul beijing shanghai shenzhen bangalore bengaluru mumbai delhi"
    " pune chennai hyderabad jakarta manila"
    " nairobi lagos accra cairo dubai bogotá lima santiago monday tuesday wednesday"
    " thursday friday saturday sunday january"
    " february march april may june july august september october november december"
    " christmas easter black new q1 q2 q3 q4"
)
# Well-known people: a law, a book or a machine is meant.
FAMOUS: Final = frozenset(
    {
        "grace hopper",
        "ada lovelace",
        "alan turing",
        "martin fowler",
        "kent beck",
        "fred brooks",
        "eric evans",
        "donald knuth",
        "linus torvalds",
        "edsger dijkstra",
        "john doe",
        "jane doe",
        "max mustermann",
        "robert martin",
        "margaret hamilton",
        "john von neumann",
        "edward tufte",
        "don norman",
        "steve jobs",
        "bill gates",
        "jeff bezos",
        "michael feathers",
        "sandi metz",
        "gene kim",
        "nicole forsgren",
        "andy grove",
        "kim scott",
        "daniel kahneman",
        "jeff dean",
        "brendan gregg",
        "leslie lamport",
        "barbara liskov",
        "tony hoare",
        "marie kondo",
        "will larson",
        "lara hogan",
        "camille fournier",
        "taiichi ohno",
        "john smith",
        "alice bob",
        "florence nightingale",
    }
)
# What begins a sentence with a capital and is no name.
OPENERS: Final = words(
    "the a an in on at by for from to of with as if when while after before since"
    " until although though because so but"
    " and or then now once here there this that these those my our his her their its"
    " your i we he she they it who what"
    " where why how all both each every some any no not one two three four five six"
    " seven eight nine ten most many few"
    " first next last later finally also only even still just yet instead meanwhile"
    " however during between under over"
    " without within about against through per via like unlike despite given dear"
    " hello hi thanks thank yes sorry please"
    " today yesterday tomorrow tonight dr mr mrs ms prof professor sir madam frau"
    " herr pan pani señor señora mme mlle"
    " nobody everyone everybody someone somebody people others another other such"
    " same our's client customer"
)
TITLES: Final = words(
    "dr mr mrs ms prof professor sir madam frau herr pan pani señor señora mme mlle dr."
    " mr. mrs. ms."
)
ROLES: Final = words(
    "manager lead architect director boss colleague engineer developer designer"
    " tester analyst owner head chief cto ceo"
    " cfo coo founder president vp secretary assistant intern trainee apprentice"
    " nurse doctor lawyer accountant auditor"
    " consultant contractor supervisor mentor coach recruiter scientist researcher"
    " administrator admin dba operator"
    " programmer teacher pharmacist pathologist mechanic supplier customer client"
    " user partner officer coordinator"
    " specialist expert technician foreman superintendent editor producer salesman"
    " saleswoman salesperson teammate"
    " principal staff senior junior counsel controller buyer planner dispatcher clerk"
    " receptionist peer report"
)
SAYS: Final = words(
    "said says told asked wrote refused wanted argued agreed showed called proposed"
    " suggested thought felt knew joined left"
    " insisted explained replied answered rang phoned emailed complained objected"
    " offered promised warned admitted"
    " apologised apologized signed approved rejected demanded ran led managed headed"
    " owned taught hired invited reviewed"
    " sat came went took gave had was who whose"
)
ORGANISATIONS: Final = words(
    "gmbh ag ltd limited inc llc plc corp corporation sa spa srl oy oyj ab as asa bv"
    " nv kg pty bank versicherung insurance"
    " assurance airlines airways motors pharma pharmaceuticals foods energy telecom"
    " logistics holdings group industries"
    " steel stahl chemicals automotive technologies robotics telecommunications"
    " supermarkets stores capital securities"
    " mutual sparkasse kasse brewery brewing shipping freight biotech bio"
    " semiconductor semiconductors aerospace"
    " savings hotels pharmacies utilities"
)
COUNTERPARTS: Final = words(
    "client clients customer customers partner partners account accounts supplier"
    " suppliers vendor vendors prospect"
    " prospects acquirer investor investors carrier carriers subcontractor licensee"
    " reseller competitor competitors tenant"
    " contractor"
)
