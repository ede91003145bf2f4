using System.Text.Json;
using System.Text.Json.Serialization;
using Maas.Client.Accounts;
using Maas.Client.Dns;
using Maas.Client.Events;
using Maas.Client.Files;
using Maas.Client.Images;
using Maas.Client.Json;
using Maas.Client.Machines;
using Maas.Client.Networks;
using Maas.Client.Placement;
using Maas.Client.Scripts;
using Maas.Client.Settings;
using Maas.Client.Storage;

namespace Maas.Client;

/// <summary>How answers are read. Members that a record does not have are ignored.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters =
    [
        typeof(TolerantInt64Converter), typeof(TolerantInt32Converter), typeof(TolerantDoubleConverter), typeof(TolerantBooleanConverter),
        typeof(TolerantTextConverter), typeof(TextListConverter), typeof(TextMapConverter),
    ])]
[JsonSerializable(typeof(MaasVersion))]
[JsonSerializable(typeof(MaasMachine))]
[JsonSerializable(typeof(IReadOnlyList<MaasMachine>))]
[JsonSerializable(typeof(PowerStateJson))]
[JsonSerializable(typeof(MaasDiagnosis))]
[JsonSerializable(typeof(MaasBootPreview))]
[JsonSerializable(typeof(MaasOperation))]
[JsonSerializable(typeof(MaasDeploymentProgress))]
[JsonSerializable(typeof(MaasControllerInventory))]
[JsonSerializable(typeof(MaasDevice))]
[JsonSerializable(typeof(MaasInterface))]
[JsonSerializable(typeof(MaasFabric))]
[JsonSerializable(typeof(MaasVlan))]
[JsonSerializable(typeof(MaasSubnet))]
[JsonSerializable(typeof(MaasSubnetStatistics))]
[JsonSerializable(typeof(MaasAddressRange))]
[JsonSerializable(typeof(MaasSpace))]
[JsonSerializable(typeof(MaasIpRange))]
[JsonSerializable(typeof(MaasReservedIp))]
[JsonSerializable(typeof(MaasStaticRoute))]
[JsonSerializable(typeof(MaasBlockDevice))]
[JsonSerializable(typeof(MaasPartition))]
[JsonSerializable(typeof(MaasVolumeGroup))]
[JsonSerializable(typeof(MaasRaid))]
[JsonSerializable(typeof(MaasDomain))]
[JsonSerializable(typeof(MaasDnsResource))]
[JsonSerializable(typeof(MaasDnsRecord))]
[JsonSerializable(typeof(MaasZone))]
[JsonSerializable(typeof(MaasResourcePool))]
[JsonSerializable(typeof(MaasTag))]
[JsonSerializable(typeof(MaasTagUpdate))]
[JsonSerializable(typeof(MaasUser))]
[JsonSerializable(typeof(MaasSshKey))]
[JsonSerializable(typeof(IReadOnlyList<MaasSshKey>))]
[JsonSerializable(typeof(TokenJson))]
[JsonSerializable(typeof(MaasBootResource))]
[JsonSerializable(typeof(MaasFile))]
[JsonSerializable(typeof(MaasEventPage))]
[JsonSerializable(typeof(MaasScript))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(JsonDocument))]
internal sealed partial class MaasJsonContext : JsonSerializerContext;
