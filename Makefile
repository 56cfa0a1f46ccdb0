# What a person types. Each target is a small script; `make help` lists them.
.PHONY: help demo up test lint clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

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

lint: ## format, layers, sizes, shell scripts, clang-tidy on the pure cores
	@tools/setup test
	@tools/lint

clean: ## removes build/; fetched files stay in .data/
	@rm -rf build
