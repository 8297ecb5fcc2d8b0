import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.*;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Requests and responses as Kafka's own Java classes write them, to hold ours against. Prints, a line each: the name, the
 * version, and the message in hex. The values are those of java-messages.ts.
 *
 *   java -cp 'JARS/*' JavaMessages.java
 */
public class JavaMessages {
  private static final Uuid TOPIC_ID = new Uuid(0x0123456789abcdefL, 0xfedcba9876543210L);
  private static final String TOPIC = "tópic";

  public static void main(String[] args) {
    cluster();
    logs();
    groups();
    offsets();
    transactions();
    states();
    topicsAdmin();
    groupsAdmin();
    acls();
  }

  private static void print(String name, int version, Message message) {
    var cache = new ObjectSerializationCache();
    var bytes = ByteBuffer.allocate(message.size(cache, (short) version));
    message.write(new ByteBufferAccessor(bytes), cache, (short) version);
    System.out.println(name + " " + version + " " + HexFormat.of().formatHex(bytes.array()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes();
  }

  private static MemoryRecords records() {
    return MemoryRecords.withTransactionalRecords(
        Compression.NONE, 77L, (short) 5, 9, new SimpleRecord(1700000000000L, bytes("k"), bytes("v")));
  }

  private static void cluster() {
    print("ApiVersions.request", 3,
        new ApiVersionsRequestData().setClientSoftwareName("ours").setClientSoftwareVersion("0.1.0"));
    var versions = new ApiVersionsResponseData.ApiVersionCollection();
    versions.add(new ApiVersionsResponseData.ApiVersion().setApiKey((short) 1).setMinVersion((short) 4).setMaxVersion((short) 18));
    var supported = new ApiVersionsResponseData.SupportedFeatureKeyCollection();
    supported.add(new ApiVersionsResponseData.SupportedFeatureKey().setName("transaction.version").setMinVersion((short) 0).setMaxVersion((short) 2));
    var finalized = new ApiVersionsResponseData.FinalizedFeatureKeyCollection();
    finalized.add(new ApiVersionsResponseData.FinalizedFeatureKey().setName("transaction.version").setMinVersionLevel((short) 1).setMaxVersionLevel((short) 2));
    print("ApiVersions.response", 3, new ApiVersionsResponseData().setApiKeys(versions).setThrottleTimeMs(3)
        .setSupportedFeatures(supported).setFinalizedFeaturesEpoch(9).setFinalizedFeatures(finalized).setZkMigrationReady(true));
    print("Metadata.request", 12, new MetadataRequestData().setAllowAutoTopicCreation(false)
        .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(TOPIC))));
    var brokers = new MetadataResponseData.MetadataResponseBrokerCollection();
    brokers.add(new MetadataResponseData.MetadataResponseBroker().setNodeId(7).setHost("host").setPort(9092).setRack("rack"));
    var topics = new MetadataResponseData.MetadataResponseTopicCollection();
    topics.add(new MetadataResponseData.MetadataResponseTopic().setErrorCode((short) 5).setName(TOPIC).setTopicId(TOPIC_ID)
        .setPartitions(List.of(new MetadataResponseData.MetadataResponsePartition().setErrorCode((short) 5).setPartitionIndex(2)
            .setLeaderId(7).setLeaderEpoch(4).setReplicaNodes(List.of(7, 8)).setIsrNodes(List.of(7)).setOfflineReplicas(List.of(8)))));
    print("Metadata.response", 12, new MetadataResponseData().setBrokers(brokers).setClusterId("id").setControllerId(7).setTopics(topics));
    print("FindCoordinator.request", 3, new FindCoordinatorRequestData().setKey("id").setKeyType((byte) 1));
    print("FindCoordinator.response", 3, new FindCoordinatorResponseData().setErrorCode((short) 15).setErrorMessage("no").setNodeId(7).setHost("host").setPort(9092));
  }

  private static void logs() {
    print("ListOffsets.request", 7, new ListOffsetsRequestData().setReplicaId(-1).setIsolationLevel((byte) 1)
        .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic().setName(TOPIC).setPartitions(List.of(
            new ListOffsetsRequestData.ListOffsetsPartition().setPartitionIndex(2).setCurrentLeaderEpoch(4).setTimestamp(-2))))));
    print("ListOffsets.response", 7, new ListOffsetsResponseData().setTopics(List.of(
        new ListOffsetsResponseData.ListOffsetsTopicResponse().setName(TOPIC).setPartitions(List.of(
            new ListOffsetsResponseData.ListOffsetsPartitionResponse().setPartitionIndex(2).setErrorCode((short) 6).setTimestamp(11).setOffset(1L << 40).setLeaderEpoch(4))))));
    var epochTopics = new OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection();
    epochTopics.add(new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic().setTopic(TOPIC).setPartitions(List.of(
        new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition().setPartition(2).setCurrentLeaderEpoch(4).setLeaderEpoch(3))));
    print("OffsetForLeaderEpoch.request", 4, new OffsetForLeaderEpochRequestData().setReplicaId(-1).setTopics(epochTopics));
    var ends = new OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResultCollection();
    ends.add(new OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult().setTopic(TOPIC).setPartitions(List.of(
        new OffsetForLeaderEpochResponseData.EpochEndOffset().setErrorCode((short) 74).setPartition(2).setLeaderEpoch(3).setEndOffset(12))));
    print("OffsetForLeaderEpoch.response", 4, new OffsetForLeaderEpochResponseData().setTopics(ends));
    print("Fetch.request", 16, new FetchRequestData().setMaxWaitMs(500).setMinBytes(1).setMaxBytes(1000).setIsolationLevel((byte) 1)
        .setTopics(List.of(new FetchRequestData.FetchTopic().setTopicId(TOPIC_ID).setPartitions(List.of(
            new FetchRequestData.FetchPartition().setPartition(2).setCurrentLeaderEpoch(4).setFetchOffset(10).setPartitionMaxBytes(100))))));
    print("Fetch.response", 16, new FetchResponseData().setThrottleTimeMs(3).setErrorCode((short) 0).setSessionId(0)
        .setResponses(List.of(new FetchResponseData.FetchableTopicResponse().setTopicId(TOPIC_ID).setPartitions(List.of(
            new FetchResponseData.PartitionData().setPartitionIndex(2).setErrorCode((short) 0).setHighWatermark(30).setLastStableOffset(20).setLogStartOffset(10)
                .setCurrentLeader(new FetchResponseData.LeaderIdAndEpoch().setLeaderId(7).setLeaderEpoch(4))
                .setAbortedTransactions(List.of(new FetchResponseData.AbortedTransaction().setProducerId(77).setFirstOffset(11)))
                .setRecords(records()),
            new FetchResponseData.PartitionData().setPartitionIndex(3).setErrorCode((short) 1).setHighWatermark(-1).setLastStableOffset(-1).setLogStartOffset(-1)
                .setAbortedTransactions(null).setRecords(null))))));
    var produced = new ProduceRequestData.TopicProduceDataCollection();
    produced.add(new ProduceRequestData.TopicProduceData().setName(TOPIC).setPartitionData(List.of(
        new ProduceRequestData.PartitionProduceData().setIndex(2).setRecords(records()))));
    print("Produce.request", 12, new ProduceRequestData().setTransactionalId("id").setAcks((short) -1).setTimeoutMs(5000).setTopicData(produced));
    var answers = new ProduceResponseData.TopicProduceResponseCollection();
    answers.add(new ProduceResponseData.TopicProduceResponse().setName(TOPIC).setPartitionResponses(List.of(
        new ProduceResponseData.PartitionProduceResponse().setIndex(2).setErrorCode((short) 87).setBaseOffset(-1).setErrorMessage("no")
            .setCurrentLeader(new ProduceResponseData.LeaderIdAndEpoch().setLeaderId(7).setLeaderEpoch(4))
            .setRecordErrors(List.of(new ProduceResponseData.BatchIndexAndErrorMessage().setBatchIndex(1).setBatchIndexErrorMessage("bad"),
                new ProduceResponseData.BatchIndexAndErrorMessage().setBatchIndex(2))))));
    print("Produce.response", 12, new ProduceResponseData().setThrottleTimeMs(3).setResponses(answers));
  }

  private static void groups() {
    var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
    protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol().setName("range").setMetadata(bytes("m")));
    print("JoinGroup.request", 9, new JoinGroupRequestData().setGroupId("group").setSessionTimeoutMs(6000).setRebalanceTimeoutMs(20000)
        .setMemberId("member").setProtocolType("consumer").setProtocols(protocols).setReason("why"));
    print("JoinGroup.response", 9, new JoinGroupResponseData().setErrorCode((short) 0).setGenerationId(4).setProtocolType("consumer").setProtocolName("range")
        .setLeader("member").setSkipAssignment(true).setMemberId("member").setMembers(List.of(
            new JoinGroupResponseData.JoinGroupResponseMember().setMemberId("member").setGroupInstanceId("i").setMetadata(bytes("m")))));
    print("SyncGroup.request", 5, new SyncGroupRequestData().setGroupId("group").setGenerationId(4).setMemberId("member").setProtocolType("consumer").setProtocolName("range")
        .setAssignments(List.of(new SyncGroupRequestData.SyncGroupRequestAssignment().setMemberId("member").setAssignment(bytes("a")))));
    print("SyncGroup.response", 5, new SyncGroupResponseData().setErrorCode((short) 27).setProtocolType("consumer").setProtocolName("range").setAssignment(bytes("a")));
    print("Heartbeat.request", 4, new HeartbeatRequestData().setGroupId("group").setGenerationId(4).setMemberId("member"));
    print("Heartbeat.response", 4, new HeartbeatResponseData().setErrorCode((short) 22));
    print("LeaveGroup.request", 5, new LeaveGroupRequestData().setGroupId("group").setMembers(List.of(
        new LeaveGroupRequestData.MemberIdentity().setMemberId("member").setReason("why"))));
    print("LeaveGroup.response", 5, new LeaveGroupResponseData().setMembers(List.of(
        new LeaveGroupResponseData.MemberResponse().setMemberId("member").setErrorCode((short) 25))));
    print("DescribeGroup.request", 5, new DescribeGroupsRequestData().setGroups(List.of("group")));
    print("DescribeGroup.response", 5, new DescribeGroupsResponseData().setGroups(List.of(
        new DescribeGroupsResponseData.DescribedGroup().setGroupId("group").setGroupState("Stable").setProtocolType("consumer").setProtocolData("range").setMembers(List.of(
            new DescribeGroupsResponseData.DescribedGroupMember().setMemberId("member").setClientId("client").setClientHost("host").setMemberMetadata(bytes("m")).setMemberAssignment(bytes("a")))))));
    print("ConsumerGroupDescribe.request", 0, new ConsumerGroupDescribeRequestData().setGroupIds(List.of("group")));
    var assigned = new ConsumerGroupDescribeResponseData.Assignment().setTopicPartitions(List.of(
        new ConsumerGroupDescribeResponseData.TopicPartitions().setTopicId(TOPIC_ID).setTopicName(TOPIC).setPartitions(List.of(2, 3))));
    print("ConsumerGroupDescribe.response", 0, new ConsumerGroupDescribeResponseData().setGroups(List.of(
        new ConsumerGroupDescribeResponseData.DescribedGroup().setErrorMessage("no").setGroupId("group").setGroupState("Stable").setGroupEpoch(4).setAssignmentEpoch(3).setAssignorName("uniform").setMembers(List.of(
            new ConsumerGroupDescribeResponseData.Member().setMemberId("member").setInstanceId("i").setRackId("rack").setMemberEpoch(4).setClientId("client").setClientHost("host")
                .setSubscribedTopicNames(List.of(TOPIC)).setSubscribedTopicRegex("t.*").setAssignment(assigned).setTargetAssignment(new ConsumerGroupDescribeResponseData.Assignment()))))));
  }

  private static void offsets() {
    print("OffsetFetch.request", 7, new OffsetFetchRequestData().setGroupId("group").setRequireStable(true).setTopics(List.of(
        new OffsetFetchRequestData.OffsetFetchRequestTopic().setName(TOPIC).setPartitionIndexes(List.of(2, 3)))));
    print("OffsetFetch.response", 7, new OffsetFetchResponseData().setErrorCode((short) 0).setTopics(List.of(
        new OffsetFetchResponseData.OffsetFetchResponseTopic().setName(TOPIC).setPartitions(List.of(
            new OffsetFetchResponseData.OffsetFetchResponsePartition().setPartitionIndex(2).setCommittedOffset(10).setCommittedLeaderEpoch(4).setMetadata("so far"),
            new OffsetFetchResponseData.OffsetFetchResponsePartition().setPartitionIndex(3).setCommittedOffset(-1).setMetadata(null).setErrorCode((short) 88))))));
    print("OffsetCommit.request", 8, new OffsetCommitRequestData().setGroupId("group").setGenerationIdOrMemberEpoch(4).setMemberId("member").setTopics(List.of(
        new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(TOPIC).setPartitions(List.of(
            new OffsetCommitRequestData.OffsetCommitRequestPartition().setPartitionIndex(2).setCommittedOffset(10).setCommittedLeaderEpoch(4).setCommittedMetadata("so far"))))));
    print("OffsetCommit.response", 8, new OffsetCommitResponseData().setTopics(List.of(
        new OffsetCommitResponseData.OffsetCommitResponseTopic().setName(TOPIC).setPartitions(List.of(
            new OffsetCommitResponseData.OffsetCommitResponsePartition().setPartitionIndex(2).setErrorCode((short) 22))))));
    print("TxnOffsetCommit.request", 5, new TxnOffsetCommitRequestData().setTransactionalId("id").setGroupId("group").setProducerId(77).setProducerEpoch((short) 5)
        .setGenerationIdOrMemberEpoch(4).setMemberId("member").setTopics(List.of(
            new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic().setName(TOPIC).setPartitions(List.of(
                new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition().setPartitionIndex(2).setCommittedOffset(10).setCommittedLeaderEpoch(4).setCommittedMetadata("so far"))))));
    print("TxnOffsetCommit.response", 5, new TxnOffsetCommitResponseData().setTopics(List.of(
        new TxnOffsetCommitResponseData.TxnOffsetCommitResponseTopic().setName(TOPIC).setPartitions(List.of(
            new TxnOffsetCommitResponseData.TxnOffsetCommitResponsePartition().setPartitionIndex(2).setErrorCode((short) 22))))));
  }

  private static void transactions() {
    print("InitProducerId.request", 5, new InitProducerIdRequestData().setTransactionalId("id").setTransactionTimeoutMs(60000));
    print("InitProducerId.response", 5, new InitProducerIdResponseData().setErrorCode((short) 51).setProducerId(77).setProducerEpoch((short) 5));
    var added = new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection();
    added.add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic().setName(TOPIC).setPartitions(List.of(2, 3)));
    print("AddPartitionsToTxn.request", 3, new AddPartitionsToTxnRequestData().setV3AndBelowTransactionalId("id").setV3AndBelowProducerId(77)
        .setV3AndBelowProducerEpoch((short) 5).setV3AndBelowTopics(added));
    var results = new AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResultCollection();
    results.add(new AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult().setPartitionIndex(2).setPartitionErrorCode((short) 3));
    var byTopic = new AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResultCollection();
    byTopic.add(new AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult().setName(TOPIC).setResultsByPartition(results));
    print("AddPartitionsToTxn.response", 3, new AddPartitionsToTxnResponseData().setResultsByTopicV3AndBelow(byTopic));
    print("AddOffsetsToTxn.request", 4, new AddOffsetsToTxnRequestData().setTransactionalId("id").setProducerId(77).setProducerEpoch((short) 5).setGroupId("group"));
    print("AddOffsetsToTxn.response", 4, new AddOffsetsToTxnResponseData().setErrorCode((short) 90));
    print("EndTxn.request", 5, new EndTxnRequestData().setTransactionalId("id").setProducerId(77).setProducerEpoch((short) 5).setCommitted(true));
    print("EndTxn.response", 5, new EndTxnResponseData().setErrorCode((short) 0).setProducerId(78).setProducerEpoch((short) 6));
  }

  private static void states() {
    print("DescribeTransactions.request", 0, new DescribeTransactionsRequestData().setTransactionalIds(List.of("id")));
    var open = new DescribeTransactionsResponseData.TopicDataCollection();
    open.add(new DescribeTransactionsResponseData.TopicData().setTopic(TOPIC).setPartitions(List.of(2, 3)));
    print("DescribeTransactions.response", 0, new DescribeTransactionsResponseData().setTransactionStates(List.of(
        new DescribeTransactionsResponseData.TransactionState().setErrorCode((short) 0).setTransactionalId("id").setTransactionState("Ongoing")
            .setTransactionTimeoutMs(60000).setTransactionStartTimeMs(1700000000000L).setProducerId(77).setProducerEpoch((short) 5).setTopics(open))));
    print("ListTransactions.request", 0, new ListTransactionsRequestData().setStateFilters(List.of("Ongoing")).setProducerIdFilters(List.of(77L)));
    print("ListTransactions.response", 0, new ListTransactionsResponseData().setErrorCode((short) 14).setUnknownStateFilters(List.of("None")).setTransactionStates(List.of(
        new ListTransactionsResponseData.TransactionState().setTransactionalId("id").setProducerId(77).setTransactionState("Ongoing"))));
    var asked = new DescribeProducersRequestData.TopicRequestCollection();
    asked.add(new DescribeProducersRequestData.TopicRequest().setName(TOPIC).setPartitionIndexes(List.of(2)));
    print("DescribeProducers.request", 0, new DescribeProducersRequestData().setTopics(asked));
    print("DescribeProducers.response", 0, new DescribeProducersResponseData().setTopics(List.of(
        new DescribeProducersResponseData.TopicResponse().setName(TOPIC).setPartitions(List.of(
            new DescribeProducersResponseData.PartitionResponse().setPartitionIndex(2).setErrorCode((short) 3).setErrorMessage("no").setActiveProducers(List.of(
                new DescribeProducersResponseData.ProducerState().setProducerId(77).setProducerEpoch(5).setLastSequence(9).setLastTimestamp(11).setCoordinatorEpoch(1).setCurrentTxnStartOffset(12))))))));
    print("WriteTxnMarkers.request", 1, new WriteTxnMarkersRequestData().setMarkers(List.of(
        new WriteTxnMarkersRequestData.WritableTxnMarker().setProducerId(77).setProducerEpoch((short) 5).setCoordinatorEpoch(1).setTransactionResult(true).setTopics(List.of(
            new WriteTxnMarkersRequestData.WritableTxnMarkerTopic().setName(TOPIC).setPartitionIndexes(List.of(2, 3)))))));
    print("WriteTxnMarkers.response", 1, new WriteTxnMarkersResponseData().setMarkers(List.of(
        new WriteTxnMarkersResponseData.WritableTxnMarkerResult().setProducerId(77).setTopics(List.of(
            new WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult().setName(TOPIC).setPartitions(List.of(
                new WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult().setPartitionIndex(2).setErrorCode((short) 52),
                new WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult().setPartitionIndex(3).setErrorCode((short) 0))))))));
  }

  private static void topicsAdmin() {
    print("DescribeTopics.request", 12, new MetadataRequestData().setAllowAutoTopicCreation(false).setTopics(null)
        .setIncludeTopicAuthorizedOperations(true));
    var brokers = new MetadataResponseData.MetadataResponseBrokerCollection();
    brokers.add(new MetadataResponseData.MetadataResponseBroker().setNodeId(7).setHost("host").setPort(9092));
    var topics = new MetadataResponseData.MetadataResponseTopicCollection();
    topics.add(new MetadataResponseData.MetadataResponseTopic().setName(TOPIC).setTopicId(TOPIC_ID).setTopicAuthorizedOperations(1 << 3 | 1 << 8)
        .setPartitions(List.of(new MetadataResponseData.MetadataResponsePartition().setErrorCode((short) 5).setPartitionIndex(2)
            .setLeaderId(-1).setLeaderEpoch(4).setReplicaNodes(List.of(7, 8)).setIsrNodes(List.of(8)).setOfflineReplicas(List.of(8)))));
    print("DescribeTopics.response", 12, new MetadataResponseData().setBrokers(brokers).setClusterId("id").setControllerId(7).setTopics(topics));
    var created = new CreateTopicsRequestData.CreatableTopicCollection();
    var configs = new CreateTopicsRequestData.CreatableTopicConfigCollection();
    configs.add(new CreateTopicsRequestData.CreatableTopicConfig().setName("cleanup.policy").setValue("compact"));
    created.add(new CreateTopicsRequestData.CreatableTopic().setName(TOPIC).setNumPartitions(4).setReplicationFactor((short) 3).setConfigs(configs));
    print("CreateTopics.request", 5, new CreateTopicsRequestData().setTopics(created).setTimeoutMs(5000));
    var results = new CreateTopicsResponseData.CreatableTopicResultCollection();
    results.add(new CreateTopicsResponseData.CreatableTopicResult().setName(TOPIC).setTopicId(TOPIC_ID).setErrorCode((short) 36).setErrorMessage("no")
        .setTopicConfigErrorCode((short) 29).setNumPartitions(4).setReplicationFactor((short) 3).setConfigs(List.of(
            new CreateTopicsResponseData.CreatableTopicConfigs().setName("cleanup.policy").setValue("compact").setConfigSource((byte) 1))));
    print("CreateTopics.response", 5, new CreateTopicsResponseData().setTopics(results));
    print("DescribeConfigs.request", 4, new DescribeConfigsRequestData().setResources(List.of(
        new DescribeConfigsRequestData.DescribeConfigsResource().setResourceType((byte) 2).setResourceName(TOPIC).setConfigurationKeys(List.of("a", "b")))));
    print("DescribeConfigs.response", 4, new DescribeConfigsResponseData().setResults(List.of(
        new DescribeConfigsResponseData.DescribeConfigsResult().setErrorCode((short) 0).setResourceType((byte) 2).setResourceName(TOPIC).setConfigs(List.of(
            new DescribeConfigsResponseData.DescribeConfigsResourceResult().setName("a").setValue("1").setConfigSource((byte) 1).setConfigType((byte) 5).setDocumentation("what").setSynonyms(List.of(
                new DescribeConfigsResponseData.DescribeConfigsSynonym().setName("b").setValue("2").setSource((byte) 4))),
            new DescribeConfigsResponseData.DescribeConfigsResourceResult().setName("b").setValue(null).setIsSensitive(true))),
        new DescribeConfigsResponseData.DescribeConfigsResult().setErrorCode((short) 29).setErrorMessage("no").setResourceType((byte) 2).setResourceName("other"))));
  }

  private static void groupsAdmin() {
    print("ListGroups.request", 3, new ListGroupsRequestData());
    print("ListGroups.response", 3, new ListGroupsResponseData().setErrorCode((short) 14).setGroups(List.of(
        new ListGroupsResponseData.ListedGroup().setGroupId("group").setProtocolType("consumer"))));
    print("ListGroupOffsets.request", 7, new OffsetFetchRequestData().setGroupId("group").setTopics(null));
    print("ListGroupOffsets.response", 7, new OffsetFetchResponseData().setErrorCode((short) 0).setTopics(List.of(
        new OffsetFetchResponseData.OffsetFetchResponseTopic().setName(TOPIC).setPartitions(List.of(
            new OffsetFetchResponseData.OffsetFetchResponsePartition().setPartitionIndex(2).setCommittedOffset(10).setCommittedLeaderEpoch(4).setMetadata("so far"))))));
  }

  private static void acls() {
    print("DescribeAcls.request", 3, new DescribeAclsRequestData().setResourceTypeFilter((byte) 1).setResourceNameFilter(null).setPatternTypeFilter((byte) 1).setPrincipalFilter(null).setHostFilter(null)
        .setOperation((byte) 1).setPermissionType((byte) 3));
    var read = new DescribeAclsResponseData.AclDescription().setPrincipal("User:a").setHost("*").setOperation((byte) 3).setPermissionType((byte) 3);
    print("DescribeAcls.response", 3, new DescribeAclsResponseData().setErrorCode((short) 0).setResources(List.of(
        new DescribeAclsResponseData.DescribeAclsResource().setResourceType((byte) 2).setResourceName(TOPIC).setPatternType((byte) 4).setAcls(List.of(
            read, read.duplicate().setHost("10.0.0.1"), read.duplicate().setOperation((byte) 13))),
        new DescribeAclsResponseData.DescribeAclsResource().setResourceType((byte) 7).setResourceName("user").setPatternType((byte) 3).setAcls(List.of(read.duplicate())))));
    print("CreateAcls.request", 3, new CreateAclsRequestData().setCreations(List.of(
        new CreateAclsRequestData.AclCreation().setResourceType((byte) 5).setResourceName("id").setResourcePatternType((byte) 4)
            .setPrincipal("User:a").setHost("*").setOperation((byte) 4).setPermissionType((byte) 3))));
    print("CreateAcls.response", 3, new CreateAclsResponseData().setResults(List.of(
        new CreateAclsResponseData.AclCreationResult().setErrorCode((short) 54).setErrorMessage("no"), new CreateAclsResponseData.AclCreationResult())));
  }
}
