using System.Collections;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Server;
using Maas.Hosting.Binding;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Maas.Hosting.Tests.Binding;

public class MaasOptionsBindingTests
{
    /// <summary>Each property by its path, with a value that is not its default.</summary>
    private static readonly Dictionary<string, string> Samples = new()
    {
        ["DataDirectory"] = "/var/lib/maas",
        ["HttpPort"] = "8080",
        ["PathBase"] = "/metal",
        ["Interface"] = "eth1",
        ["Loopback:Address"] = "127.0.0.9",
        ["Loopback:Network"] = "127.0.0.0/24",
        ["Loopback:DhcpPort"] = "6067",
        ["Loopback:TftpPort"] = "6069",
        ["Loopback:DnsPort"] = "6053",
        ["Loopback:TimePort"] = "6123",
        ["Loopback:SyslogPort"] = "6514",
        ["Mode"] = "Proxy",
        ["AllowOtherDhcpServers"] = "True",
        ["OnBootFailure"] = "Stop",
        ["Range"] = "10.0.0.100-10.0.0.200",
        ["Prefix6"] = "fd00:77::/64",
        ["Range6"] = "fd00:77::10-fd00:77::20",
        ["Routers:0"] = "10.0.0.1",
        ["NameServers:0"] = "10.0.0.2",
        ["Domain"] = "lab",
        ["Services"] = "Dns, Time",
        ["DnsForwarders:0"] = "9.9.9.9:5353",
        ["Programs:X86Bios"] = "pxelinux.0",
        ["EnlistUnknownMachines"] = "False",
        ["KernelOptions"] = "console=ttyS0",
        ["CapturedMachines"] = "16",
        ["Ephemeral:Mirror"] = "http://mirror/debian",
        ["Ephemeral:Suite"] = "trixie",
        ["Ephemeral:PackageDirectory"] = "/srv/packages",
        ["Ephemeral:Keyring"] = "/srv/keyring.gpg",
        ["Ephemeral:KernelPackage"] = "linux-image-cloud-amd64",
        ["Ephemeral:Own:Kernel"] = "kernel",
        ["Ephemeral:Own:InitialRamDisk"] = "initrd",
    };

    public static TheoryData<string> Keys => [.. Samples.Keys];

    /// <summary>Of text, any is right.</summary>
    public static TheoryData<string> KeysOfValues =>
    [
        .. Samples.Keys.Except(["DataDirectory", "PathBase", "Interface", "Domain", "Programs:X86Bios", "KernelOptions"])
            .Where(key => !key.StartsWith("Ephemeral:") || key.EndsWith("Mirror")),
    ];

    [Fact]
    public void Every_property_is_tried_here() =>
        PathsOf(typeof(MaasOptions), "").Should().BeEquivalentTo(Samples.Keys.Select(key => key.Replace(":0", "").Replace(":X86Bios", "")));

    [Theory, MemberData(nameof(Keys))]
    public void A_key_sets_the_property_of_its_name(string key)
    {
        var options = new MaasOptions();
        options.Read(Configure());

        object? value = options;
        foreach (var name in key.Split(':').Where(name => name is not ("0" or "X86Bios")))
            value = value!.GetType().GetProperty(name)!.GetValue(value); // the samples set each
        if (value is IList list) value = list[0];
        if (key == "Programs:X86Bios") value = options.Programs[BootArchitecture.X86Bios];
        value!.ToString().Should().Be(Samples[key]);
    }

    [Theory, MemberData(nameof(KeysOfValues))]
    public void A_value_that_cannot_be_read_is_an_error_that_names_its_key(string key)
    {
        var reading = () => new MaasOptions().Read(Configure((key, "!")));

        reading.Should().Throw<InvalidOperationException>().WithMessage($"Configuration key Maas:{key}: '!' is no *");
    }

    [Theory]
    [InlineData("Rnage")]
    [InlineData("ProgramDirectory")]
    [InlineData("Loopback:Port")]
    [InlineData("Ephemeral:Mirrors")]
    [InlineData("Programs:Sparc")]
    public void A_key_that_is_not_known_is_an_error_that_names_it(string key)
    {
        var reading = () => new MaasOptions().Read(Configure((key, "1")));

        reading.Should().Throw<InvalidOperationException>().WithMessage($"Configuration key Maas:{key} *");
    }

    [Theory]
    [InlineData("Range:First", "Maas:Range is a section")]
    [InlineData("Routers:1:Address", "Maas:Routers:1 is a section")]
    public void A_section_in_the_place_of_a_value_is_an_error(string key, string message)
    {
        var reading = () => new MaasOptions().Read(Configure((key.Split(':')[0], null), (key, "10.0.0.1")));

        reading.Should().Throw<InvalidOperationException>().WithMessage($"*{message}*");
    }

    [Theory]
    [InlineData("Loopback:Address")]
    [InlineData("Loopback:Network")]
    [InlineData("Ephemeral:Own:InitialRamDisk")]
    public void What_an_object_must_have_is_named_when_it_is_missing(string key)
    {
        var reading = () => new MaasOptions().Read(Configure((key, "")));

        reading.Should().Throw<InvalidOperationException>().WithMessage($"Configuration key Maas:{key} is missing.");
    }

    [Fact]
    public void A_list_may_be_one_text_and_a_resolver_needs_no_port()
    {
        var options = new MaasOptions();

        options.Read(Configure(
            ("Routers:0", null), ("Routers", "10.0.0.1, 10.0.0.3"), ("DnsForwarders:0", "fd00::53"), ("Programs:X64Uefi", "")));

        options.Routers.Should().Equal(IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.3"));
        options.DnsForwarders.Should().Equal(IPEndPoint.Parse("[fd00::53]:53"));
        options.Programs[BootArchitecture.X64Uefi].Should().BeNull();
    }

    [Fact]
    public void AddMaas_reads_a_section_and_then_what_code_says()
    {
        using var data = new TemporaryDirectory();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("Maas:DataDirectory", data.Path), new("Maas:Mode", "proxy"), new("Maas:NameServers:0", "10.0.0.53")]).Build();

        var services = new ServiceCollection().AddMaas(configuration.GetSection("Maas"), maas => maas.Domain = "code");

        var options = services.Single(service => service.ServiceType == typeof(MaasOptions)).ImplementationInstance;
        var read = options.Should().BeOfType<MaasOptions>().Subject;
        read.Should().Match<MaasOptions>(maas => maas.Mode == DhcpMode.Proxy && maas.Domain == "code");
        read.NameServers.Should().Equal(IPAddress.Parse("10.0.0.53"));
    }

    [Fact]
    public void A_value_out_of_its_range_is_still_refused()
    {
        using var data = new TemporaryDirectory();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("DataDirectory", data.Path), new("HttpPort", "0")]).Build();

        var adding = () => new ServiceCollection().AddMaas(configuration);

        adding.Should().Throw<OptionsValidationException>().WithMessage("*HttpPort*");
    }

    [Fact]
    public void A_second_AddMaas_is_refused()
    {
        using var data = new TemporaryDirectory();
        var services = new ServiceCollection().AddMaas(maas => maas.DataDirectory = data.Path);

        var again = () => services.AddMaas(maas => maas.DataDirectory = data.Path);

        again.Should().Throw<InvalidOperationException>().WithMessage("AddMaas was called already*");
    }

    private static IConfigurationSection Configure(params (string Key, string? Value)[] changed)
    {
        var values = Samples.ToDictionary(sample => sample.Key, sample => (string?)sample.Value);
        foreach (var (key, value) in changed)
        {
            var removed = values.Keys.Where(each => value is null && (each == key || each.StartsWith(key + ":"))).ToList();
            foreach (var below in removed) values.Remove(below);
            if (value is not null) values[key] = value;
        }

        return new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(each => KeyValuePair.Create("Maas:" + each.Key, each.Value)))
            .Build().GetSection("Maas");
    }

    private static IEnumerable<string> PathsOf(Type type, string path) =>
        from property in type.GetProperties()
        where property.SetMethod is not null || property.PropertyType.Name.StartsWith("IList")
        let isObject = property.PropertyType.Namespace == "Maas.Hosting" && !Enum(property.PropertyType)
        from found in isObject ? PathsOf(property.PropertyType, $"{path}{property.Name}:") : [path + property.Name]
        select found;

    private static bool Enum(Type type) => (Nullable.GetUnderlyingType(type) ?? type).IsEnum;

    private sealed class TemporaryDirectory : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("maas-binding").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
