#!/bin/bash
# Gives every client its password, or its new one, and the clients that only watch their rights. The services' rights
# are granted by the topics Job.
set -eu
connection=(--bootstrap-server kafka-nodes:9094 --command-config /etc/login-pipeline/users/admin.properties)
for folder in /etc/login-pipeline/passwords/*/; do
  user=$(basename "$folder")
  /opt/kafka/bin/kafka-configs.sh "${connection[@]}" --alter --entity-type users --entity-name "$user" \
    --add-config "SCRAM-SHA-512=[iterations=8192,password=$(<"$folder/password")]"
done
for user in kafka-exporter keda; do
  /opt/kafka/bin/kafka-acls.sh "${connection[@]}" --add --allow-principal "User:$user" \
    --operation Describe --cluster --topic '*' --group '*'
done
