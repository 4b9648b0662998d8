core_sources += \
	core/fact/canonical.c core/fact/canonical.h core/fact/canonical_internal.h \
	core/fact/canonical_line.c core/fact/canonical_read.c \
	core/fact/chain.c core/fact/chain.h \
	core/fact/fact.c core/fact/fact.h \
	core/fact/grant.c \
	core/fact/ignore.c core/fact/ignore.h \
	core/fact/map.c \
	core/fact/order.c \
	core/fact/properties.c \
	core/fact/property.c
