FROM maven:3.6-jdk-11
WORKDIR /src
COPY pom.xml .
COPY src src
RUN mkdir target && cp src/Meter.java target/meter-1-runner
