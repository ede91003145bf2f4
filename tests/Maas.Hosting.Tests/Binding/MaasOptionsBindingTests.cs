using System.Collections;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Server;
using Maas.Hosting.Binding;
using Microsoft.Extensions.Configuration;

namespace Maas.Hosting.Tests.Binding;

public class MaasOptionsBindingTests
{
    /// <summary>Each property by its path, with a value that is not its default.</summary>
    private static readonly Dictionary<string, string> Samples = new()
    {
        ["DataDirectory"] = "/var/lib/maas",
        ["HttpPort"] = "8080",
        ["PathBase"] = "/metal",
        ["OnBootFailure"] = "StopHost",
        ["Networks:lab:Interface"] = "eth1",
        ["Networks:lab:Loopback:Address"] = "127.0.0.9",
        ["Networks:lab:Loopback:Network"] = "127.0.0.0/24",
        ["Networks:lab:Loopback:DhcpPort"] = "6067",
        ["Networks:lab:Loopback:TftpPort"] = "6069",
        ["Networks:lab:Loopback:DnsPort"] = "6053",
        ["Networks:lab:Loopback:TimePort"] = "6123",
        ["Networks:lab:Loopback:SyslogPort"] = "6514",
        ["Networks:lab:Network"] = "10.1.0.0/24",
        ["Networks:lab:Relays:0"] = "10.9.0.1",
        ["Networks:lab:Mode"] = "Proxy",
        ["Networks:lab:AllowOtherDhcpServers"] = "True",
        ["Networks:lab:LoadSplit:Servers"] = "3",
        ["Networks:lab:LoadSplit:Server"] = "1",
        ["Networks:lab:LoadSplit:DelayedService"] = "00:00:04",
        ["Networks:lab:Range"] = "10.0.0.100-10.0.0.200",
        ["Networks:lab:Prefix6"] = "fd00:77::/64",
        ["Networks:lab:Range6"] = "fd00:77::10-fd00:77::20",
        ["Networks:lab:Reservations:0:Hardware"] = "52:54:00:12:34:56",
        ["Networks:lab:Reservations:0:Address"] = "10.0.0.9",
        ["Networks:lab:Reservations:0:HostName"] = "head",
        ["Networks:lab:Routers:0"] = "10.0.0.1",
        ["Networks:lab:NameServers:0"] = "10.0.0.2",
        ["Networks:lab:Services"] = "Dns, Time",
        ["Networks:lab:DnsForwarders:0"] = "9.9.9.9:5353",
        ["Domain"] = "lab",
        ["Programs:X86Bios"] = "pxelinux.0",
        ["EnlistUnknownMachines"] = "False",
        ["KernelOptions"] = "console=ttyS0",
        ["CapturedMachines"] = "16",
        ["SecretKeyFile"] = "/keys/maas.key",
        ["AdministratorKeyFile"] = "/keys/admin.apikey",
        ["Launchpad"] = "http://launchpad.lab/",
        ["GitHub"] = "http://github.lab/api",
        ["Packages:Mirrors:0"] = "http://rpms.lab/rocky",
        ["Packages:MostBytes"] = "1073741824",
        ["Packages:Upstream"] = "http://squid.lab:3128/",
        ["ImagePeers:Enabled"] = "False",
        ["ImagePeers:Address"] = "https://maas-a.lab/MAAS",
        ["ImagePeers:Rack"] = "r1",
        ["ImagePeers:FetchAhead"] = "False",
        ["ImagePeers:MostBytes"] = "1073741824",
        ["ImagePeers:BytesPerSecond"] = "10000000",
        ["ImagePeers:Fetches"] = "2",
        ["ImagePeers:Transfers"] = "16",
        ["Webhooks:ci:Url"] = "https://ci.lab/hook",
        ["Webhooks:ci:SigningSecrets:0"] = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
        ["Webhooks:ci:Kinds:0"] = "StatusChanged",
        ["Webhooks:ci:Statuses:0"] = "Deployed",
        ["Webhooks:ci:Timeout"] = "00:00:09",
        ["Webhooks:ci:MostAttempts"] = "3",
        ["Webhooks:ci:FirstRetry"] = "00:00:02",
        ["Webhooks:ci:LongestRetry"] = "00:10:00",
        ["Webhooks:ci:Concurrency"] = "2",
        ["Webhooks:ci:MostPending"] = "100",
        ["Recipes:0:Kind"] = "Kickstart",
        ["Recipes:0:OsSystem"] = "rocky",
        ["Recipes:0:Series"] = "9",
        ["Recipes:0:Architecture"] = "arm64",
        ["Recipes:0:Iso"] = "iso/rocky-9.iso",
        ["Recipes:0:IsoChanges:0:Path"] = "images/pxeboot/initrd.img",
        ["Recipes:0:IsoChanges:0:Template"] = "kickstart/kickstart",
        ["Recipes:0:IsoChanges:0:InitialRamDiskPath"] = "ks.cfg",
        ["Recipes:0:IsoChanges:0:Search"] = "quiet",
        ["Recipes:0:IsoChanges:0:Replacement"] = "inst.ks=file:/ks.cfg",
        ["Recipes:0:Kernel"] = "rocky-9/vmlinuz",
        ["Recipes:0:InitialRamDisk"] = "rocky-9/initrd.img",
        ["Recipes:0:Source"] = "http://rpms.lab/rocky/9/",
        ["Recipes:0:Folder"] = "windows",
        ["Recipes:0:Share"] = @"\\10.0.0.1\windows",
        ["Recipes:0:Mirror"] = "http://rpms.lab/rocky/",
        ["Recipes:0:Proxy"] = "http://squid.lab:3128/",
        ["Recipes:0:HasCloudInit"] = "True",
        ["Recipes:0:Duration"] = "03:00:00",
        ["Recipes:0:ReportTimeout"] = "01:30:00",
        ["Recipes:0:Parameters:user"] = "ann",
        ["Ephemeral:Mirror"] = "http://mirror/debian",
        ["Ephemeral:Suite"] = "trixie",
        ["Ephemeral:PackageDirectory"] = "/srv/packages",
        ["Ephemeral:Keyring"] = "/srv/keyring.gpg",
        ["Ephemeral:Architectures:0"] = "arm64",
        ["Ephemeral:KernelPackage"] = "linux-image-cloud-amd64",
        ["Ephemeral:Programs:0"] = "fio:usr/bin/fio",
        ["Ephemeral:Modules:0"] = "mlx4_en",
        ["Ephemeral:FirmwarePackages:0"] = "firmware-bnx2x",
        ["Ephemeral:FileDirectory"] = "/srv/environment",
        ["Ephemeral:Own:Kernel"] = "kernel",
        ["Ephemeral:Own:InitialRamDisk"] = "initrd",
        ["Ephemeral:Own:RootFileSystem"] = "squashfs",
    };

    public static TheoryData<string> Keys => [.. Samples.Keys];

    /// <summary>Of text, any is right.</summary>
    public static TheoryData<string> KeysOfValues =>
    [
        .. Samples.Keys.Except(
            ["DataDirectory", "PathBase", "Networks:lab:Interface", "Domain", "Programs:X86Bios", "KernelOptions", "SecretKeyFile",
            "AdministratorKeyFile", "ImagePeers:Rack",
            "Networks:lab:Reservations:0:HostName", "Webhooks:ci:SigningSecrets:0", "Webhooks:ci:Url"])
            .Where(key => !(key.StartsWith("Ephemeral:") || key.StartsWith("Recipes:")) || key.EndsWith("Mirror")
                || key.EndsWith("Kind") || key.EndsWith("Source") || key.EndsWith("Proxy") || key.EndsWith("Duration")
                || key.EndsWith("Timeout")),
    ];

    [Fact]
    public void Every_property_is_tried_here() =>
        PathsOf(typeof(MaasOptions), "").Should().BeEquivalentTo(
            Samples.Keys.Select(key => key.Replace(":0", "").Replace(":X86Bios", "").Replace(":lab", "").Replace(":ci", "")
                .Replace(":user", "")));

    [Theory, MemberData(nameof(Keys))]
    public void A_key_sets_the_property_of_its_name(string key)
    {
        var options = new MaasOptions();
        options.Read(Configure());

        object? value = options;
        foreach (var name in key.Split(':').Where(name => name is not ("0" or "X86Bios" or "user")))
        {
            if (value is IList { Count: > 0 } items) value = items[0];
            value = value is IDictionary<string, MaasNetworkOptions> networks ? networks[name]
                : value is IDictionary<string, WebhookEndpointOptions> webhooks ? webhooks[name]
                : value!.GetType().GetProperty(name)!.GetValue(value); // the samples set each
        }

        if (value is IList list) value = list[0];
        if (value is IDictionary<string, string> texts) value = texts["user"];
        if (key == "Programs:X86Bios") value = options.Programs[BootArchitecture.X86Bios];
        value!.ToString().Should().Be(Samples[key]);
    }

    [Theory, MemberData(nameof(KeysOfValues))]
    public void A_value_that_cannot_be_read_is_an_error_that_names_its_key(string key)
    {
        var reading = () => new MaasOptions().Read(Configure((key, "!")));

        reading.Should().Throw<InvalidOperationException>().WithMessage($"Configuration key Maas:{key}: '!' is no *");
    }

    [Fact]
    public void The_address_of_a_webhook_which_may_have_a_secret_is_not_quoted()
    {
        var reading = () => new MaasOptions().Read(Configure(("Webhooks:ci:Url", "hooks.example.com/SECRET")));

        reading.Should().Throw<InvalidOperationException>().Which.ToString()
            .Should().Contain("Maas:Webhooks:ci:Url").And.NotContain("SECRET");
    }

    [Theory]
    [InlineData("Rnage")]
    [InlineData("ProgramDirectory")]
    [InlineData("Networks:lab:Rnage")]
    [InlineData("Networks:lab:LoadSplit:Number")]
    [InlineData("Networks:lab:Loopback:Port")]
    [InlineData("Ephemeral:Mirrors")]
    [InlineData("Programs:Sparc")]
    public void A_key_that_is_not_known_is_an_error_that_names_it(string key)
    {
        var reading = () => new MaasOptions().Read(Configure((key, "1")));

        reading.Should().Throw<InvalidOperationException>().WithMessage($"Configuration key Maas:{key} *");
    }

    [Theory]
    [InlineData("Networks:lab:Range:First", "Maas:Networks:lab:Range is a section")]
    [InlineData("Networks:lab:Routers:1:Address", "Maas:Networks:lab:Routers:1 is a section")]
    public void A_section_in_the_place_of_a_value_is_an_error(string key, string message)
    {
        var reading = () => new MaasOptions().Read(Configure((string.Join(':', key.Split(':')[..3]), null), (key, "10.0.0.1")));

        reading.Should().Throw<InvalidOperationException>().WithMessage($"*{message}*");
    }

    [Theory]
    [InlineData("Networks:lab:Loopback:Address")]
    [InlineData("Networks:lab:Loopback:Network")]
    [InlineData("Networks:lab:LoadSplit:Server")]
    [InlineData("Networks:lab:Reservations:0:Address")]
    [InlineData("Ephemeral:Own:InitialRamDisk")]
    [InlineData("Recipes:0:Kind")]
    [InlineData("Recipes:0:Series")]
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
            ("Networks:lab:Routers:0", null), ("Networks:lab:Routers", "10.0.0.1, 10.0.0.3"),
            ("Networks:lab:DnsForwarders:0", "fd00::53"), ("Programs:X64Uefi", "")));

        var network = options.Networks["lab"];
        network.Routers.Should().Equal(IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.3"));
        network.DnsForwarders.Should().Equal(IPEndPoint.Parse("[fd00::53]:53"));
        options.Programs[BootArchitecture.X64Uefi].Should().BeNull();
    }

    [Fact]
    public void A_key_that_moved_into_the_networks_says_so()
    {
        var reading = () => new MaasOptions().Read(Configure(("Range", "10.0.0.100-10.0.0.200")));

        reading.Should().Throw<InvalidOperationException>().WithMessage("*Maas:Range *Maas:Networks:<name>:Range.");
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

    private static IEnumerable<string> PathsOf(Type owner, string path) =>
        from property in owner.GetProperties()
        where property.SetMethod is not null || property.PropertyType.IsInterface
        let type = property.PropertyType.IsInterface ? property.PropertyType.GetGenericArguments()[^1] : property.PropertyType
        from found in IsSection(type) ? PathsOf(type, $"{path}{property.Name}:") : [path + property.Name]
        select found;

    private static bool IsSection(Type type) => (type.Namespace == "Maas.Hosting" && !Enum(type)) || type == typeof(DhcpLoadSplitOptions);

    private static bool Enum(Type type) => (Nullable.GetUnderlyingType(type) ?? type).IsEnum;
}
