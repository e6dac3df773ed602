NAME = $(notdir $(CURDIR))
VERSION ?= dev

docker: app
	docker build -t acme/$(NAME):$(VERSION) .

app: Dockerfile.build $(wildcard *.go)
	docker build -f $< -t $(NAME)-build .
	docker run --rm $(NAME)-build cat /go/bin/app > $@
	chmod +x $@

clean:
	$(RM) app

.PHONY: docker clean
