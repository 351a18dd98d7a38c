"""The drugs of the simulated demo compendium and how strongly each mechanism acts.

Drug and MOA names are real and follow the Drug Repurposing Hub, and structures are real; every
strength is invented, chosen so that the case studies of Gao et al. 2021 can be followed. Tables
only: `demo` does the rest.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Final

from gpar_core import fields

CORE_CELLS: Final = ("A375", "A549", "HA1E", "HCC515", "HEPG2", "HT29", "MCF7", "PC3", "VCAP")
"""The nine cell lines of most LINCS signatures."""

RARE_CELLS: Final = ("ASC", "HUH7", "NEU", "NPC", "PHH", "SKB")
"""Cell lines in which few compounds were profiled."""


@dataclass(frozen=True)
class Mechanism:
    """What a mechanism of action does to the z-scores, and which drugs have it.

    drugs: names joined by ', '.
    strength: root mean square z-score over the landmark genes of a full response.
    spread: standard deviation of the log strength between drugs.
    cell_share: share of the programme's variance that differs from cell line to cell line.
    rebound_share: share of the programme's variance whose sign turns between 6 h and 24 h.
    responding: chance that a cell line responds at all, where `cells` does not say.
    cells: response of the cell lines named, 0-1; those not named respond with `elsewhere`.
    family: mechanisms of one family share a part of their programme.
    listed: whether the drugs are annotated with it.
    """

    name: str
    drugs: str
    strength: float = 0.3
    spread: float = 0.5
    cell_share: float = 0.3
    rebound_share: float = 0.1
    responding: float = 0.75
    cells: Mapping[str, float] = field(default_factory=dict)
    elsewhere: float = 0.0
    family: str = ""
    listed: bool = True


MECHANISMS: Final = (
    # Strong in every cell line.
    Mechanism(
        "ATPase inhibitor",
        "digoxin, digitoxin, ouabain, lanatoside-c, proscillaridin, cymarin, strophanthidin, "
        "digitoxigenin, digoxigenin, bufalin, periplocymarin, helveticoside",
        strength=2.6, spread=0.15, cell_share=0.15, rebound_share=0.0, responding=1.0,
    ),
    Mechanism(
        "HDAC inhibitor",
        "vorinostat, trichostatin-a, panobinostat, belinostat, entinostat, mocetinostat, "
        "dacinostat, givinostat, pracinostat, scriptaid, quisinostat, romidepsin, valproic-acid",
        strength=2.6, spread=0.2, cell_share=0.2, rebound_share=0.0, responding=1.0,
    ),
    Mechanism(
        "proteasome inhibitor",
        "bortezomib, MG-132, carfilzomib, ixazomib, delanzomib, oprozomib, epoxomicin",
        strength=2.5, spread=0.15, cell_share=0.2, rebound_share=0.0, responding=1.0,
        family="proteotoxic stress",
    ),
    Mechanism(
        "protein synthesis inhibitor",
        "cycloheximide, emetine, cephaeline, homoharringtonine, anisomycin, puromycin, "
        "narciclasine, lycorine",
        strength=2.2, spread=0.2, cell_share=0.2, responding=1.0,
    ),
    Mechanism(
        "HSP inhibitor",
        "VER-155008, alvespimycin, geldanamycin, PU-H71, tanespimycin, BIIB021",
        strength=1.0, spread=0.3, cell_share=0.3, responding=1.0, family="proteotoxic stress",
    ),
    # Cell cycle and DNA.
    Mechanism(
        "topoisomerase inhibitor",
        "camptothecin, topotecan, irinotecan, SN-38, doxorubicin, daunorubicin, idarubicin, "
        "epirubicin, etoposide, teniposide, mitoxantrone, amsacrine",
        strength=1.3, spread=0.4, responding=0.95, family="cell cycle",
    ),
    Mechanism(
        "CDK inhibitor",
        "alvocidib, dinaciclib, palbociclib, seliciclib, AT-7519, SNS-032, PHA-793887, "
        "purvalanol-a, kenpaullone, JNJ-7706621, milciclib",
        strength=1.3, spread=0.7, responding=0.95, family="cell cycle",
    ),
    Mechanism(
        "Aurora kinase inhibitor",
        "alisertib, barasertib, tozasertib, danusertib, MLN-8054, ZM-447439, hesperadin, AMG-900, "
        "JNJ-7706621",
        strength=0.7, family="mitosis",
    ),
    Mechanism(
        "PLK inhibitor",
        "BI-2536, volasertib, GSK-461364, rigosertib, HMN-214",
        strength=0.9, family="mitosis",
    ),
    Mechanism(
        "tubulin polymerization inhibitor",
        "vincristine, vinblastine, vinorelbine, vindesine, colchicine, nocodazole, "
        "podophyllotoxin, albendazole, mebendazole, flubendazole, paclitaxel, docetaxel",
        strength=0.9, family="mitosis",
    ),
    Mechanism(
        "ribonucleotide reductase inhibitor",
        "gemcitabine, hydroxyurea, cladribine, clofarabine, fludarabine",
        strength=0.5, spread=0.8, family="cell cycle",
    ),
    Mechanism(
        "dihydrofolate reductase inhibitor",
        "methotrexate, pemetrexed, pralatrexate, trimetrexate, pyrimethamine, aminopterin, "
        "trimethoprim",
        strength=0.45, spread=0.9, family="cell cycle",
    ),
    Mechanism(
        "DNA alkylating agent",
        "temozolomide, carmustine, lomustine, melphalan, chlorambucil, busulfan, "
        "cyclophosphamide, bendamustine, thiotepa",
        strength=0.2, spread=0.9, family="cell cycle",
    ),
    Mechanism(
        "PARP inhibitor",
        "olaparib, veliparib, rucaparib, niraparib, talazoparib, iniparib, PJ-34, AG-14361",
        strength=0.28, spread=0.8,
    ),
    Mechanism(
        "MDM inhibitor",
        "nutlin-3, idasanutlin, AMG-232, serdemetan, RITA",
        strength=0.7, cells={"A375": 1.0, "A549": 0.9, "MCF7": 0.9, "HEPG2": 0.7, "HCC515": 0.6},
        family="cell cycle",
    ),
    # Kinases and survival.
    Mechanism(
        "mTOR inhibitor",
        "sirolimus, everolimus, temsirolimus, ridaforolimus, torin-1, torin-2, AZD-8055, WYE-354, "
        "KU-0063794, OSI-027, dactolisib, PI-103",
        strength=0.9, spread=0.3, responding=0.95, family="PI3K-AKT-mTOR",
    ),
    Mechanism(
        "PI3K inhibitor",
        "wortmannin, LY-294002, pictilisib, buparlisib, ZSTK-474, PI-103, dactolisib, omipalisib, "
        "apitolisib, idelalisib, alpelisib, TGX-221, AS-605240",
        strength=0.7, responding=0.95, family="PI3K-AKT-mTOR",
    ),
    Mechanism(
        "AKT inhibitor",
        "MK-2206, triciribine, ipatasertib, GSK-690693, A-443654, AT-7867, perifosine",
        strength=0.5, family="PI3K-AKT-mTOR",
    ),
    Mechanism(
        "IGF-1 inhibitor",
        "linsitinib, BMS-754807, BMS-536924, NVP-AEW541, GSK-1904529A",
        strength=0.45, family="PI3K-AKT-mTOR",
    ),
    Mechanism(
        "MEK inhibitor",
        "selumetinib, trametinib, PD-0325901, PD-184352, cobimetinib, refametinib, pimasertib, "
        "binimetinib, TAK-733, U-0126, PD-98059",
        strength=0.9, responding=0.9, family="MAPK",
    ),
    Mechanism(
        "RAF inhibitor",
        "vemurafenib, dabrafenib, sorafenib, PLX-4720, AZ-628, GDC-0879, SB-590885, RAF-265",
        strength=0.6, cells={"A375": 1.0, "HT29": 0.8}, elsewhere=0.15, family="MAPK",
    ),
    Mechanism(
        "EGFR inhibitor",
        "gefitinib, erlotinib, lapatinib, afatinib, canertinib, neratinib, pelitinib, dacomitinib, "
        "icotinib, varlitinib, vandetanib",
        strength=0.4, spread=0.7, family="MAPK",
    ),
    Mechanism(
        "VEGFR inhibitor",
        "sunitinib, axitinib, pazopanib, cediranib, vatalanib, tivozanib, sorafenib, linifanib, "
        "cabozantinib, vandetanib, regorafenib, brivanib",
        strength=0.28, spread=0.8,
    ),
    Mechanism(
        "src inhibitor",
        "dasatinib, bosutinib, saracatinib, PP-1, PP-2",
        strength=0.5, spread=0.6, family="tyrosine kinases",
    ),
    Mechanism(
        "Bcr-Abl kinase inhibitor",
        "imatinib, nilotinib, ponatinib, bafetinib, dasatinib, bosutinib",
        strength=0.2, spread=0.8, family="tyrosine kinases",
    ),
    Mechanism(
        "FLT3 inhibitor",
        "quizartinib, lestaurtinib, tandutinib, midostaurin, sunitinib, linifanib",
        strength=0.4, spread=0.8, family="tyrosine kinases",
    ),
    Mechanism(
        "JAK inhibitor",
        "ruxolitinib, tofacitinib, fedratinib, baricitinib, momelotinib, lestaurtinib",
        strength=0.26, spread=0.7,
    ),
    Mechanism(
        "p38 MAPK inhibitor",
        "SB-203580, SB-202190, doramapimod, losmapimod, pamapimod, PH-797804",
        strength=0.18, spread=0.6,
    ),
    Mechanism(
        "glycogen synthase kinase inhibitor",
        "CHIR-99021, SB-216763, AR-A014418, TWS-119, kenpaullone",
        strength=0.35, spread=0.6,
    ),
    Mechanism(
        "PKC inhibitor",
        "enzastaurin, ruboxistaurin, GF-109203X, Go-6976, sotrastaurin, staurosporine, midostaurin",
        strength=0.35, spread=0.8,
    ),
    Mechanism(
        "BCL inhibitor",
        "navitoclax, venetoclax, ABT-737, obatoclax, gossypol, TW-37",
        strength=0.16, spread=0.7,
    ),
    # Chromatin and transcription.
    Mechanism(
        "bromodomain inhibitor",
        "(+)-JQ1, I-BET-762, I-BET-151, OTX-015, PFI-1, bromosporine",
        strength=1.0, spread=0.3, responding=1.0,
    ),
    Mechanism(
        "DNA methyltransferase inhibitor",
        "azacitidine, decitabine, zebularine, RG-108, SGI-1027",
        strength=0.25, spread=0.9,
    ),
    Mechanism(
        "NFkB pathway inhibitor",
        "bardoxolone-methyl, parthenolide, celastrol, BAY-11-7082, BAY-11-7085, JSH-23, "
        "withaferin-a, auranofin, andrographolide, curcumin, wedelolactone, "
        "pyrrolidine-dithiocarbamate, sulfasalazine, bortezomib",
        strength=0.5, spread=0.7, cell_share=0.6, rebound_share=0.3, responding=0.7,
    ),
    # Nuclear receptors.
    Mechanism(
        "glucocorticoid receptor agonist",
        "dexamethasone, prednisolone, prednisone, hydrocortisone, methylprednisolone, "
        "betamethasone, budesonide, fluticasone, mometasone, triamcinolone, beclometasone, "
        "clobetasol, halcinonide, fluocinonide",
        strength=0.55, spread=0.4,
        cells={"A549": 1.0, "HA1E": 0.9, "HCC515": 0.9, "A375": 0.5, "PC3": 0.4}, elsewhere=0.1,
        family="steroid receptors",
    ),
    Mechanism(
        "estrogen receptor agonist",
        "estradiol, estrone, estriol, ethinyl-estradiol, diethylstilbestrol, hexestrol, mestranol, "
        "dienestrol, genistein, equilin, estropipate, zearalenone",
        strength=0.55, spread=0.3, cell_share=0.15, cells={"MCF7": 1.0, "HT29": 0.8},
    ),
    Mechanism(
        "estrogen receptor antagonist",
        "fulvestrant, tamoxifen, toremifene, clomifene, bazedoxifene, nafoxidine, afimoxifene",
        strength=0.5, cells={"MCF7": 1.0, "HT29": 0.7}, elsewhere=0.25,
        family="cationic amphiphilic",
    ),
    Mechanism(
        "selective estrogen receptor modulator (SERM)",
        "raloxifene, tamoxifen, toremifene, clomifene, lasofoxifene, ospemifene, bazedoxifene",
        strength=0.45, cells={"MCF7": 1.0, "HT29": 0.7}, elsewhere=0.3,
        family="cationic amphiphilic",
    ),
    Mechanism(
        "androgen receptor antagonist",
        "bicalutamide, flutamide, nilutamide, enzalutamide, apalutamide, cyproterone",
        strength=0.55, cells={"VCAP": 1.0}, elsewhere=0.2,
    ),
    Mechanism(
        "androgen receptor agonist",
        "testosterone, stanolone, methyltestosterone, oxandrolone, fluoxymesterone, nandrolone, "
        "mesterolone, danazol",
        strength=0.55, cells={"VCAP": 1.0}, elsewhere=0.2, family="steroid receptors",
    ),
    Mechanism(
        "progesterone receptor agonist",
        "progesterone, medroxyprogesterone, norethisterone, levonorgestrel, megestrol, "
        "dydrogesterone, norgestimate",
        strength=0.5, cells={"MCF7": 1.0, "HEPG2": 0.5}, elsewhere=0.15,
        family="steroid receptors",
    ),
    Mechanism(
        "retinoid receptor agonist",
        "tretinoin, isotretinoin, alitretinoin, bexarotene, acitretin, tazarotene, adapalene, "
        "fenretinide, AM-580, TTNPB",
        strength=0.4, spread=0.5,
    ),
    Mechanism(
        "vitamin D receptor agonist",
        "calcitriol, calcipotriol, alfacalcidol, ergocalciferol, colecalciferol, paricalcitol, "
        "doxercalciferol, tacalcitol",
        strength=0.3, spread=0.6,
    ),
    Mechanism(
        "PPAR receptor agonist",
        "rosiglitazone, pioglitazone, troglitazone, ciglitazone, fenofibrate, bezafibrate, "
        "gemfibrozil, clofibrate, pirinixic-acid",
        strength=0.25, spread=0.7,
    ),
    Mechanism(
        "HMGCR inhibitor",
        "simvastatin, lovastatin, atorvastatin, fluvastatin, pravastatin, rosuvastatin, "
        "cerivastatin, pitavastatin, mevastatin",
        strength=0.6, spread=0.5, cell_share=0.15, responding=0.9, family="sterol synthesis",
    ),
    Mechanism(
        "sterol demethylase inhibitor",
        "ketoconazole, clotrimazole, miconazole, econazole, fluconazole, itraconazole, "
        "sulconazole, tioconazole, bifonazole, oxiconazole",
        strength=0.3, spread=0.6, family="sterol synthesis",
    ),
    # The nervous system: weak in cancer cell lines.
    Mechanism(
        "selective serotonin reuptake inhibitor (SSRI)",
        "escitalopram, paroxetine, fluoxetine, clomipramine, sertraline, imipramine, milnacipran, "
        "doxepin, duloxetine, fluvoxamine, venlafaxine",
        strength=0.33, spread=0.4,
        cells={"A375": 1.0, "HA1E": 0.9, "MCF7": 0.8, "HEPG2": 0.8, "HCC515": 0.4}, elsewhere=0.15,
        family="monoamine",
    ),
    Mechanism(
        "tricyclic antidepressant",
        "nortriptyline, lofepramine, amitriptyline, desipramine, protriptyline, trimipramine, "
        "imipramine, clomipramine, doxepin",
        strength=0.24, spread=0.5, responding=0.6, family="monoamine",
    ),
    Mechanism(
        "serotonin-norepinephrine reuptake inhibitor (SNRI)",
        "venlafaxine, duloxetine, milnacipran, desvenlafaxine, sibutramine",
        strength=0.16, responding=0.5, family="monoamine",
    ),
    Mechanism(
        "monoamine oxidase inhibitor",
        "tetrindole, moclobemide, selegiline, phenelzine, tranylcypromine, clorgiline, pargyline, "
        "rasagiline, isocarboxazid",
        strength=0.1,
    ),
    Mechanism(
        "dopamine uptake inhibitor",
        "indatraline, bupropion, vanoxerine, nomifensine, mazindol, GBR-12935",
        strength=0.3, family="monoamine",
    ),
    Mechanism(
        "dopamine receptor antagonist",
        "haloperidol, chlorpromazine, fluphenazine, perphenazine, trifluoperazine, thioridazine, "
        "pimozide, risperidone, sulpiride, domperidone, prochlorperazine, loxapine, clozapine, "
        "olanzapine",
        strength=0.25, spread=0.7, family="monoamine",
    ),
    Mechanism(
        "serotonin receptor antagonist",
        "ketanserin, ondansetron, granisetron, mianserin, ritanserin, methysergide, "
        "cyproheptadine, mirtazapine, tropisetron, clozapine, olanzapine, risperidone",
        strength=0.2, spread=0.7, family="monoamine",
    ),
    Mechanism(
        "histamine receptor antagonist",
        "loratadine, cetirizine, diphenhydramine, chlorphenamine, promethazine, terfenadine, "
        "astemizole, fexofenadine, ranitidine, cimetidine, famotidine, ketotifen, azelastine, "
        "cyproheptadine",
        strength=0.22, spread=0.9, family="cationic amphiphilic",
    ),
    Mechanism(
        "acetylcholine receptor antagonist",
        "atropine, scopolamine, pirenzepine, oxybutynin, tolterodine, solifenacin, ipratropium, "
        "biperiden, trihexyphenidyl, benzatropine, darifenacin, procyclidine",
        strength=0.06,
    ),
    Mechanism(
        "opioid receptor agonist",
        "morphine, codeine, fentanyl, loperamide, tramadol, oxycodone, buprenorphine",
        strength=0.0,
    ),
    # Heart, vessels, metabolism, inflammation.
    Mechanism(
        "calcium channel blocker",
        "nifedipine, verapamil, diltiazem, amlodipine, felodipine, nimodipine, nicardipine, "
        "nitrendipine, isradipine, nisoldipine, bepridil, cinnarizine, flunarizine",
        strength=0.22, spread=0.8, family="cationic amphiphilic",
    ),
    Mechanism(
        "sodium channel blocker",
        "lidocaine, procaine, bupivacaine, mexiletine, phenytoin, carbamazepine, lamotrigine, "
        "flecainide, propafenone, quinidine",
        strength=0.2,
    ),
    Mechanism(
        "adrenergic receptor antagonist",
        "propranolol, atenolol, metoprolol, carvedilol, prazosin, doxazosin, terazosin, labetalol, "
        "nadolol, pindolol, timolol, phentolamine, yohimbine",
        strength=0.22, spread=0.9,
    ),
    Mechanism(
        "adrenergic receptor agonist",
        "salbutamol, clonidine, phenylephrine, terbutaline, formoterol, salmeterol, fenoterol, "
        "ritodrine, oxymetazoline, guanfacine",
        strength=0.3, responding=0.4,
    ),
    Mechanism(
        "angiotensin converting enzyme inhibitor",
        "captopril, enalapril, lisinopril, ramipril, benazepril, perindopril, quinapril, "
        "fosinopril",
        strength=0.0,
    ),
    Mechanism(
        "carbonic anhydrase inhibitor",
        "acetazolamide, methazolamide, dorzolamide, brinzolamide, ethoxzolamide, topiramate",
        strength=0.0,
    ),
    Mechanism(
        "phosphodiesterase inhibitor",
        "sildenafil, tadalafil, vardenafil, rolipram, pentoxifylline, dipyridamole, papaverine, "
        "milrinone, cilostazol, ibudilast, zaprinast, theophylline",
        strength=0.22, spread=0.9,
    ),
    Mechanism(
        "cyclooxygenase inhibitor",
        "ibuprofen, naproxen, indometacin, diclofenac, celecoxib, aspirin, ketoprofen, piroxicam, "
        "meloxicam, sulindac, etodolac, flurbiprofen, oxaprozin, niflumic-acid",
        strength=0.1, spread=0.7,
    ),
    Mechanism(
        "antimalarial agent",
        "chloroquine, hydroxychloroquine, amodiaquine, mefloquine, quinacrine, primaquine, "
        "quinine, artemisinin",
        strength=0.2, spread=0.5, family="cationic amphiphilic",
    ),
    # Targets that human cells do not have: nothing to learn.
    Mechanism(
        "reverse transcriptase inhibitor",
        "zidovudine, lamivudine, stavudine, didanosine, abacavir, tenofovir, nevirapine, "
        "efavirenz, delavirdine, emtricitabine",
        strength=0.0,
    ),
    Mechanism(
        "DNA polymerase inhibitor",
        "aciclovir, ganciclovir, penciclovir, famciclovir, valaciclovir, cidofovir",
        strength=0.0,
    ),
    Mechanism(
        "bacterial cell wall synthesis inhibitor",
        "amoxicillin, ampicillin, cefalexin, cefazolin, ceftriaxone, oxacillin, piperacillin, "
        "cefuroxime, cefaclor, cefotaxime, meropenem, cloxacillin",
        strength=0.0,
    ),
    Mechanism(
        "bacterial DNA gyrase inhibitor",
        "ciprofloxacin, levofloxacin, ofloxacin, norfloxacin, moxifloxacin, enoxacin, "
        "lomefloxacin, nalidixic-acid, sparfloxacin",
        strength=0.0,
    ),
    Mechanism(
        "bacterial 30S ribosomal subunit inhibitor",
        "doxycycline, tetracycline, minocycline, gentamicin, streptomycin, neomycin, kanamycin, "
        "demeclocycline",
        strength=0.0,
    ),
    # Not in any annotation: found only through the signatures.
    Mechanism(
        "lysosomotropic",
        "chloroquine, hydroxychloroquine, oxaprozin, niflumic-acid, amodiaquine",
        strength=0.6, spread=0.1, cell_share=0.2, responding=1.0, listed=False,
    ),
)  # fmt: skip
"""Order and values both shape the simulated numbers: any change changes the fingerprint."""

ALSO_ACTS: Final[Mapping[str, Mapping[str, float]]] = {
    "VER-155008": {"HSP inhibitor": -0.5},
    "piperlongumine": {"NFkB pathway inhibitor": 1.0},
    "radicicol": {"NFkB pathway inhibitor": 0.9, "HSP inhibitor": 0.6},
    "MG-132": {"NFkB pathway inhibitor": 0.9},
    "nitidine": {"topoisomerase inhibitor": 1.1},
    "nortriptyline": {"selective serotonin reuptake inhibitor (SSRI)": 1.2},
    "lofepramine": {"selective serotonin reuptake inhibitor (SSRI)": 1.3},
    "tetrindole": {"selective serotonin reuptake inhibitor (SSRI)": 1.6},
    "indatraline": {"selective serotonin reuptake inhibitor (SSRI)": 1.6},
    "fluphenazine": {"selective serotonin reuptake inhibitor (SSRI)": 1.4},
    "perphenazine": {"selective serotonin reuptake inhibitor (SSRI)": 1.8},
}
"""Drug -> mechanism -> response relative to the mechanism's own drugs; overrules the annotation."""

ANNOTATED_ELSEWHERE: Final = (
    "piperlongumine", "radicicol", "metformin", "caffeine", "resveratrol", "thalidomide",
    "nicotinamide", "melatonin", "allopurinol", "omeprazole", "warfarin", "riluzole",
)  # fmt: skip
"""Drugs whose mechanism is known but not in this catalogue: never in a negative set."""

UNANNOTATED: Final = ("nitidine",)
"""Real compounds that no source annotates."""

PROFILED_TWICE: Final = ("vorinostat", "dexamethasone", "sirolimus", "simvastatin", "haloperidol")
"""Drugs with a second pert_id, as a second salt or supplier has in LINCS."""

PUBCHEM_CIDS: Final[Mapping[str, str]] = {
    "acetazolamide": "1986", "amitriptyline": "2160", "aspirin": "2244", "atenolol": "2249",
    "atorvastatin": "60823", "bortezomib": "387447", "caffeine": "2519", "camptothecin": "24360",
    "captopril": "44093", "carbamazepine": "2554", "celecoxib": "2662", "chloroquine": "2719",
    "chlorpromazine": "2726", "cimetidine": "2756", "ciprofloxacin": "2764", "clonidine": "2803",
    "colchicine": "6167", "curcumin": "969516", "cycloheximide": "6197", "dexamethasone": "5743",
    "diclofenac": "3033", "digoxin": "2724385", "doxorubicin": "31703", "erlotinib": "176870",
    "estradiol": "5757", "etoposide": "36462", "fluoxetine": "3386", "genistein": "5280961",
    "gefitinib": "123631", "haloperidol": "3559", "hydrocortisone": "5754",
    "hydroxychloroquine": "3652", "ibuprofen": "3672", "imatinib": "5291", "imipramine": "3696",
    "indometacin": "3715", "ketoconazole": "456201", "lidocaine": "3676", "loratadine": "3957",
    "lovastatin": "53232", "metformin": "4091", "methotrexate": "126941", "naproxen": "156391",
    "nifedipine": "4485", "nortriptyline": "4543", "olaparib": "23725625", "ouabain": "439501",
    "paclitaxel": "36314", "paroxetine": "43815", "progesterone": "5994", "propranolol": "4946",
    "resveratrol": "445154", "sertraline": "68617", "simvastatin": "54454",
    "sirolimus": "5284616", "tamoxifen": "2733526", "testosterone": "6013", "tretinoin": "444795",
    "trichostatin-a": "444732", "venlafaxine": "5656", "verapamil": "2520", "vorinostat": "5311",
}  # fmt: skip
"""PubChem compound ids; the drugs not here are looked up by name."""


def structures() -> dict[str, str]:
    """SMILES of most drugs, by name: of the free base or acid, stereochemistry where it is sure."""
    text = resources.files("gpar_core.data").joinpath("demo_structures.tsv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t")
    return {row[fields.PERT_INAME]: row[fields.SMILES] for row in rows}
