using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Core.Inventory;
using Maas.Core.Power;

namespace Maas.Core.Tests.Json;

/// <summary>What an application's endpoint returns has all ids and no secret, though that application brings no converter.</summary>
public partial class SecretsInJsonTests
{
    private const string Password = "hunter2";
    private static readonly byte[] UserData = "password: hunter3"u8.ToArray();
    private static readonly SystemId Id = SystemId.Parse("4y3h7n");
    private static readonly MacAddress Mac = MacAddress.Parse("52:54:00:12:34:56");
    private static readonly PowerSettings Power =
        new("ipmi", new Dictionary<string, string> { ["power_address"] = "10.0.0.7", ["power_pass"] = Password });

    private static readonly Machine Machine = new()
    {
        Id = Id,
        Number = 7,
        Hostname = "node-7",
        Description = "the seventh",
        MacAddresses = [Mac],
        HardwareUuid = "01234567-89ab-cdef-0123-456789abcdef",
        MadeItselfKnown = true,
        Status = MachineStatus.Deployed,
        CameFrom = MachineStatus.Ready,
        StatusMessage = "deployed",
        PowerNote = "slow",
        PowerOffNote = "still on",
        StatusSince = DateTimeOffset.UnixEpoch,
        Deadline = DateTimeOffset.UnixEpoch,
        OperationId = Guid.Parse("11111111-2222-3333-4444-555555555555"),
        CheckedIn = true,
        Power = Power,
        PowerState = MachinePowerState.On,
        Owner = "bob",
        SshEnabledBy = "bob",
        AllocatedByToken = "tokenkey",
        AgentName = "juju",
        OwnerData = new Dictionary<string, string> { ["rack"] = "r1" },
        Tags = ["gpu"],
        Hardware = new Hardware { Disks = [new Disk { Name = "sda", Size = 4000, Serial = "S3R1AL" }] },
        CpuCount = 4,
        MemoryMiB = 4096,
        SkipNetworking = true,
        SkipStorage = true,
        SkipBmcConfig = true,
        Retries = 1,
        PowerDetected = true,
        BootDisk = "S3R1AL",
        MinHweKernel = "hwe-22.04",
        SwapSize = 1,
        IpAddresses = ["10.0.0.101"],
        Deployment = new Deployment
        {
            Image = new ImageReference(1, 2, "custom/x", "ddraw", 3, new string('a', 64)),
            Disk = new InstallDisk("sda", "S3R1AL"),
            UserDataSha256 = "5ha",
            ImageProgress = new ImageProgress(30, 2, 20),
        },
        Erase = EraseMode.Quick,
        ReleaseTask = ReleaseTask.Erase,
        BootMedia = new Uri("http://10.0.0.1/rescue.iso"),
        ControllerIdentity = new Identity { Serial = "SN-1" },
        RescuedBy = "bob",
        Created = DateTimeOffset.UnixEpoch,
        Updated = DateTimeOffset.UnixEpoch,
        Version = 9,
    };

    private static readonly User User = new(3, "bob", "bob@example.com", IsAdministrator: true);

    private static readonly Dictionary<Type, (object Sample, string[] Ids)> Samples = new (object Sample, string[] Ids)[]
    {
        (Machine, ["4y3h7n", "52:54:00:12:34:56", "node-7", "S3R1AL", "power_pass", "tokenkey", "11111111-2222", "custom/x", "10.0.0.101"]),
        (User, ["bob@example.com"]),
        (new ApiKey(User, "cli", "consumer", "tokenkey", new Secret(Password)), ["consumer", "tokenkey", "bob"]),
        (new MachineToken(Id, "consumer", "tokenkey", new Secret(Password)), ["4y3h7n", "consumer", "tokenkey"]),
        (new BootTokenResult.Accepted(new MachineToken(Id, "consumer", "tokenkey", new Secret(Password))), ["4y3h7n", "tokenkey"]),
        (new NewMachine { Id = Id, MacAddresses = [Mac], Power = Power }, ["4y3h7n", "52:54:00:12:34:56", "power_address"]),
        (new MachinePowerTarget(Id, Power, [Mac]), ["4y3h7n", "52:54:00:12:34:56", "ipmi"]),
        (new MachineCommand.Deploy("bob") { UserData = UserData }, ["bob"]),
        (new MachineCommand.TurnOn { UserData = UserData }, []),
        (new MachineEffect.KeepUserData(UserData), []),
        (new CommandResult.Done(Machine), ["4y3h7n"]),
        (new EditResult.Done(Machine), ["4y3h7n"]),
        (new CreateResult.Created(Machine), ["4y3h7n"]),
        (new CreateResult.Known(Machine), ["4y3h7n"]),
        (new CreateResult.Refused("mac_addresses", "taken") { AddressHolder = Machine }, ["4y3h7n"]),
    }.ToDictionary(sample => sample.Sample.GetType());

    // What a caller asks for by name, and that is nothing but these bytes.
    private static readonly string[] Contents =
    [
        "ScriptOutput.Combined", "ScriptOutput.StandardOutput", "ScriptOutput.StandardError", "ScriptOutput.Report",
        "ScriptDefinition.Body", "PendingScript.Body", "StoredFile.Content", "BootSource.KeyringData",
    ];

    public static TheoryData<Type, JsonSerializerOptions> Types =>
    [
        .. from type in Samples.Keys
           from options in new[] { JsonSerializerOptions.Default, JsonSerializerOptions.Web }
           select new TheoryDataRow<Type, JsonSerializerOptions>(type, options),
    ];

    [Theory, MemberData(nameof(Types))]
    public void It_has_its_ids_and_none_of_its_secrets(Type type, JsonSerializerOptions options)
    {
        var json = JsonSerializer.Serialize(Samples[type].Sample, type, options);

        foreach (var id in Samples[type].Ids) json.Should().Contain(id);
        json.Should().NotContainAny(Password, "10.0.0.7", Convert.ToBase64String(UserData), "hunter3");
    }

    [Fact]
    public void The_machine_tried_here_has_something_in_every_property()
    {
        var bare = new Machine { Id = default, Hostname = "" };
        string[] few = ["Domain", "Architecture", "Netboot", "Locked", "ZoneId", "PoolId"]; // no ids, no secrets
        foreach (var property in typeof(Machine).GetProperties().Where(each => each.SetMethod is not null && !few.Contains(each.Name)))
            JsonSerializer.Serialize(property.GetValue(Machine)).Should()
                .NotBe(JsonSerializer.Serialize(property.GetValue(bare)), property.Name);
    }

    [Fact]
    public void Bytes_and_texts_that_may_be_secret_are_written_by_a_converter()
    {
        var written =
            from type in typeof(Machine).Assembly.GetExportedTypes()
            from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            where property.GetIndexParameters().Length == 0
            let kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType
            where kind == typeof(byte[]) || kind == typeof(ReadOnlyMemory<byte>)
                || (kind == typeof(string) && (property.Name.Contains("Password") || property.Name.Contains("Secret"))
                    && !property.Name.EndsWith("File")) // the name of a file
            where property.GetCustomAttribute<JsonConverterAttribute>() is null
            where property.GetCustomAttribute<JsonIgnoreAttribute>() is null
            select $"{type.Name}.{property.Name}";

        written.Should().BeEquivalentTo(Contents);
    }

    [Fact]
    public void A_context_of_the_application_writes_the_same()
    {
        var json = JsonSerializer.Serialize(Machine, ApplicationJson.Default.Machine);

        json.Should().Be(JsonSerializer.Serialize(Machine, JsonSerializerOptions.Default)).And.Contain("4y3h7n").And.NotContain(Password);
    }

    [Theory]
    [InlineData("\"***\"", typeof(Secret), "*not read from it*")]
    [InlineData("""{"Type":"ipmi","Parameters":{"power_pass":"***"}}""", typeof(PowerSettings), "*not read from it*")]
    [InlineData("""{"Id":"4y3h7n","Hostname":"x","Power":{"Type":"ipmi","Parameters":{}}}""", typeof(Machine), "*not read from it*")]
    [InlineData("""{"UserData":"***"}""", typeof(MachineCommand.TurnOn), "*not read from it*")]
    public void What_was_written_without_its_secrets_is_not_read(string json, Type type, string message)
    {
        var reading = () => JsonSerializer.Deserialize(json, type);

        reading.Should().Throw<JsonException>().WithMessage(message);
    }

    [Fact]
    public async Task The_store_keeps_the_values()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.EnlistAsync();
        await test.ReopenAsync();

        (await test.Machines.GetAsync(machine.Id))!.Power.Parameters.Should().Equal(machine.Power.Parameters).And.ContainValue("hunter2");
    }

    [JsonSerializable(typeof(Machine))]
    private sealed partial class ApplicationJson : JsonSerializerContext;
}
