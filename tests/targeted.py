"""A compendium whose drugs have targets: two MOAs, and targets that do not follow them."""

from dataclasses import replace

from tests.synthetic import Drug, drugs_of

HDAC = [
    replace(drug, target="HDAC1" if place == 3 else "HDAC1|HDAC2")
    for place, drug in enumerate(drugs_of("HDAC inhibitor", 4, replicates=3))
]
MTOR = [
    replace(drug, target="MTOR|PIK3CA" if place < 3 else "MTOR")
    for place, drug in enumerate(drugs_of("MTOR inhibitor", 5, replicates=2))
]
PIK3CA = [Drug(f"PIK-{place}", f"pik{place}", target="PIK3CA", replicates=2) for place in range(2)]
DRUGS = [*HDAC, *MTOR, *PIK3CA, *drugs_of("", 60, tas=0.1)]
"""By target: HDAC1 4 drugs, HDAC2 3, MTOR 5, PIK3CA 5."""
