FROM maven:3.6-jdk-11
WORKDIR /src
COPY pom.xml .
COPY src src
RUN mvn -q -Pnative package
