core_sources += \
	core/fact/fact.c core/fact/fact.h \
	core/fact/map.c \
	core/fact/order.c \
	core/fact/properties.c \
	core/fact/property.c
