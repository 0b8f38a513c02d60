# Vellum's entry points; see README.md.
.PHONY: demo test bench lint fuzz docs setup

setup:
	@./.ci/setup

test: setup
	./.ci/test
