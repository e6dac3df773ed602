BUILDER = $(NAME)-builder

$(NAME): Dockerfile.build
	docker build -t $(BUILDER) -f $< .
	docker run --name $(BUILDER) $(BUILDER) true
	docker cp $(BUILDER):/go/bin/app $(NAME)
	docker rm $(BUILDER)

image: $(NAME)
	docker build -t acme/$(NAME) .
