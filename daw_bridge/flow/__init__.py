"""The flow of one bounce: what is wanted (`job`, `recipes`), in which order (`pipeline`), what comes of it
(`playing`, `delivery`), what is told meanwhile (`events`); mixes, and takes made again (`remaking`)."""
