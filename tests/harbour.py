"""A small meeting of two items, a paper for each and an earlier one, as texts to ingest."""

from __future__ import annotations

AGENDA = """---
symbol: CTOC/COP/WG.7/2030/1
title: Annotated provisional agenda
language: en
date: 2030-02-01
---
# Working Group on the Smuggling of Migrants

Vienna, 4 and 5 March 2030

## Annotated provisional agenda

### Provisional agenda

1. Organizational matters:
  - (a) Opening of the meeting;
  - (b) Adoption of the agenda and organization of work.
2. Harbour lamps and the safety of small boats.
3. Mountain roads and the training of drivers.

### Annotations

#### 1. Organizational matters

##### (b) Adoption of the agenda and organization of work

In its resolution 7/1, the Conference decided that the Working Group would advise it on small boats.

#### 2. Harbour lamps and the safety of small boats

The Working Group may wish to discuss the repair of harbour lamps on small boats. The Working Group may also wish to examine the pay of harbour masters.

A paper on harbour lamps lies before the Working Group.

**Documentation**

Paper on harbour lamps (CTOC/COP/WG.7/2030/2)

#### 3. Mountain roads and the training of drivers

The Working Group may wish to discuss the training of drivers on mountain roads.

**Documentation**

Paper on mountain roads (CTOC/COP/WG.7/2030/3)
"""
LAMPS = """---
symbol: CTOC/COP/WG.7/2030/2
title: Harbour lamps
language: en
date: 2030-02-02
---
# Harbour lamps

1. The repair of harbour lamps on small boats costs 40 dollars for each lamp in every season of the year.

2. The pay of harbour masters is settled by the council of the harbour each winter.

3. The Working Group may wish to consider who repairs harbour lamps on small boats.
"""
ROADS = """---
symbol: CTOC/COP/WG.7/2030/3
title: Mountain roads
language: en
date: 2030-02-02
---
# Mountain roads

1. The repair of harbour lamps on small boats is no matter of mountain roads and of the training of drivers.
"""
OTHER = """---
symbol: CTOC/COP/WG.7/2028/5
title: Lamps, an earlier paper
language: en
date: 2028-01-01
---
# Lamps, an earlier paper

1. The repair of harbour lamps on small boats costs 90 dollars for each lamp in every season of the year.

2. States should train those who repair harbour lamps on small boats, as the Working Group recommended.
"""
