exec java -jar /srv/billing.jar
