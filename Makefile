# What a person types. Each target is a small script; `make help` lists them.
.PHONY: help demo up test chaos soak fuzz sanitize bench lint images containers clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

demo: ## everything at once: Kafka, two models, the router and the stream on 23,703 rated texts
	@tools/setup demo
	@tools/build demo
	@tools/demo

up: ## all processes in the foreground; Ctrl-C takes them down
	@tools/setup demo
	@tools/build demo
	@tools/up

test: ## unit, integration and end-to-end tests
	@tools/setup test
	@tools/build all
	@tools/test

chaos: ## ten minutes of faults under load, then a verdict; SEED=7 SECONDS=60 for one of them again
	@tools/setup test
	@tools/build all
	@tests/chaos/run $(if $(SEED),--seed $(SEED)) $(if $(SECONDS),--seconds $(SECONDS))

soak: ## half the capacity for MINUTES=30 each, then a verdict; SOAK=serving or SOAK=stream for one
	@tools/setup test
	@tools/build all
	@$(if $(filter stream,$(SOAK)),,tests/soak/serving --minutes $(or $(MINUTES),30))
	@$(if $(filter serving,$(SOAK)),,tests/soak/stream --minutes $(or $(MINUTES),30))

fuzz: ## every fuzzer for SECONDS=60, or FUZZ=vader alone; needs some minutes to build with Clang
	@tools/setup test
	@tools/fuzz --seconds $(or $(SECONDS),60) $(FUZZ)

sanitize: ## all C++ tests under ASan and UBSan, those with threads of our own under TSan
	@tools/setup test
	@tools/sanitize

bench: ## measurements beside peers: all of them, or BENCH=router alone
	@tools/setup bench
	@tools/build all
	@tools/bench $(BENCH)

lint: ## format, layers, sizes, shell scripts, clang-tidy on the pure cores, thread annotations
	@tools/setup test
	@tools/lint

images: ## container images of every process, with Docker: serin/router and so on
	@tools/images

containers: ## tests of the images and of docker-compose.yml, with a Docker engine of its own if none runs
	@tools/setup containers
	@tools/build all
	@tools/containers

clean: ## removes build/; fetched files stay in .data/
	@rm -rf build
