NAME = $(notdir $(CURDIR))
VERSION ?= dev

docker: app
	docker build -t acme/$(NAME):$(VERSION) .

app: Dockerfile $(wildcard *.go)

clean:
	$(RM) app

.PHONY: docker clean
