build:
	docker build -t $(IMAGE) .
.PHONY: build
