using System.Net;
using System.Text.Json;
using Maas.Api;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Scripts;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Hosting;
using Maas.Images;
using Maas.Images.Debian;
using Maas.Images.Downloads;
using Maas.Images.Formats.Partitions;
using Maas.Power;

namespace Maas.Architecture.Tests.Json;

/// <summary>
/// A value that an application's endpoint returns is in its JSON, with the options that JsonSerializer has by itself and with ASP.NET
/// Core's.
/// </summary>
public class ValuesInJsonTests
{
    private static readonly HardwareAddress Hardware = HardwareAddress.Parse("52:54:00:12:34:56");

    private static readonly Lease Lease = new()
    {
        Address = IPAddress.Parse("10.0.0.101"),
        Client = ClientIdentifier.Parse("01:52"),
        Hardware = Hardware,
        State = LeaseState.Bound,
        Since = DateTimeOffset.UnixEpoch, ExpiresAt = DateTimeOffset.UnixEpoch.AddHours(1), Relay = IPAddress.Parse("10.1.0.1"),
    };

    private static readonly Dictionary<Type, object> Samples = new object[]
    {
        SystemId.Parse("4y3h7n"),
        MacAddress.Parse("52:54:00:12:34:56"),
        Hardware,
        ClientIdentifier.Parse("01:52:54:00:12:34:56"),
        Duid.Of(Hardware),
        AddressRange.Parse("10.0.0.100-10.0.0.200"),
        AddressRange6.Parse("fd00::1000-fd00::1fff"),
        Lease,
        new SharedLease<Lease>(Lease, DateTimeOffset.UnixEpoch.AddHours(2), Guid.Parse("0b1e7c1e-6d5c-4d0a-9b0e-3f7e6c1d2a55")),
        new BootScriptName(BootScriptDialect.Grub, Hardware),
        Sha256Digest.Parse(new string('a', 64)),
        ContentHash.Parse(new string('b', 128)),
        DebianVersion.Parse("1:2.3~rc1-4"),
        new DeviceNumber(8, 1),
        new DiskPatch(512, new byte[] { 1, 2, 3 }),
        new ImportProgress("download", "vmlinuz", 10, 100),
        new CandidateRank(4096, 512, 3),
        new MachineRevision(SystemId.Parse("4y3h7n"), 3, 14, 15),
    }.ToDictionary(sample => sample.GetType());

    // What is not data: a secret is never in JSON (SecretsInJsonTests), and a question and its answer exist for the time of a call.
    private static readonly Type[] NotData = [typeof(Secret), typeof(AddressRequest), typeof(AddressResult)];

    public static TheoryData<Type, JsonSerializerOptions> Values =>
    [
        .. from type in Samples.Keys
           from options in new[] { JsonSerializerOptions.Default, JsonSerializerOptions.Web }
           select new TheoryDataRow<Type, JsonSerializerOptions>(type, options),
    ];

    private static IEnumerable<Type> PublicTypes =>
        new[]
            {
                typeof(SystemId), typeof(HardwareAddress), typeof(Sha256Digest), typeof(PowerTarget), typeof(MaasOptions),
                typeof(MaasApiOptions),
            }
            .SelectMany(type => type.Assembly.GetExportedTypes());

    [Fact]
    public void Every_public_value_type_is_tried_here() =>
        PublicTypes.Where(type => type is { IsValueType: true, IsEnum: false, IsByRefLike: false }).Except(NotData)
            .Should().BeEquivalentTo(Samples.Keys.Select(type => type.IsGenericType ? type.GetGenericTypeDefinition() : type));

    [Theory, MemberData(nameof(Values))]
    public void A_value_is_read_back_from_its_JSON(Type type, JsonSerializerOptions options)
    {
        var json = JsonSerializer.Serialize(Samples[type], type, options);

        json.Should().NotBe(JsonSerializer.Serialize(Activator.CreateInstance(type), type, options), "the value is in it");
        var read = JsonSerializer.Deserialize(json, type, options);
        JsonSerializer.Serialize(read, type, options).Should().Be(json);
        if (type != typeof(DiskPatch)) read.Should().Be(Samples[type]); // its bytes are compared by their place in memory
    }

    [Fact]
    public void A_type_with_a_canonical_text_is_that_text_in_JSON_as_a_value_and_as_a_key()
    {
        foreach (var (type, sample) in Samples.Where(each => IsParsable(each.Key)))
        {
            JsonSerializer.Serialize(sample, type).Should().Be($"\"{sample}\"");
            var dictionary = typeof(Dictionary<,>).MakeGenericType(type, typeof(int));
            var json = $$"""{"{{sample}}":1}""";
            JsonSerializer.Serialize(JsonSerializer.Deserialize(json, dictionary), dictionary).Should().Be(json);
        }
    }

    [Theory]
    [InlineData("\"nonsense\"")]
    [InlineData("7")]
    [InlineData("null")]
    public void Text_that_is_no_value_is_an_error_with_its_path(string json)
    {
        var reading = () => JsonSerializer.Deserialize<Dictionary<string, MacAddress>>($$"""{"mac":{{json}}}""");

        reading.Should().Throw<JsonException>().Which.Path.Should().Be("$.mac");
    }

    [Theory]
    [InlineData("20/00:11:22:33")]
    [InlineData("0/")]
    [InlineData("52:54:00:12:34:56")]
    public void A_hardware_address_of_any_type_is_read_back_from_its_text(string text) =>
        HardwareAddress.Parse(text).ToString().Should().Be(text);

    private static bool IsParsable(Type type) =>
        type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(ISpanParsable<>));
}
