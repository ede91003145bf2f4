using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Reflection;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Dns;
using Maas.Boot.Files;
using Maas.Boot.Ntp;
using Maas.Boot.RouterAdvertisement;
using Maas.Boot.Syslog;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Diagnostics;

/// <summary>
/// A validation attribute that nothing reads is a fault: each one of each server's options is broken in turn, and the server's constructor
/// must refuse it.
/// </summary>
public class ServerOptionsTests
{
    private static readonly BootServices Services = new()
    {
        Policy = new Application(), Files = new Application(), Observer = new Application(), Hosts = new Dns.Queries.Directory(),
    };

    private static readonly Dictionary<Type, (Func<object> Options, Action<object> Make)> Servers = new()
    {
        [typeof(DhcpServerOptions)] = (
            () => new DhcpServerOptions { ListenOn = new IPEndPoint(IPAddress.Loopback, 0), Mode = DhcpMode.Proxy },
            o => _ = new DhcpServer((DhcpServerOptions)o, Services)),
        [typeof(Dhcp6ServerOptions)] = (
            () => new Dhcp6ServerOptions { ListenOn = new IPEndPoint(IPAddress.IPv6Loopback, 0) },
            o => _ = new Dhcp6Server((Dhcp6ServerOptions)o, Services)),
        [typeof(RouterAdvertiserOptions)] = (
            () => new RouterAdvertiserOptions { Interfaces = { "lo" } },
            o => _ = new RouterAdvertiser((RouterAdvertiserOptions)o, Services)),
        [typeof(TftpServerOptions)] = (
            () => new TftpServerOptions(), o => new TftpServer((TftpServerOptions)o, Services).Dispose()),
        [typeof(DnsServerOptions)] = (
            () => new DnsServerOptions(), o => _ = new DnsServer((DnsServerOptions)o, Services)),
        [typeof(SntpServerOptions)] = (() => new SntpServerOptions(), o => _ = new SntpServer((SntpServerOptions)o, Services)),
        [typeof(SyslogServerOptions)] = (
            () => new SyslogServerOptions(), o => _ = new SyslogServer((SyslogServerOptions)o, Services)),
    };

    // What is a property of a server's options.
    private static readonly Dictionary<Type, (Func<object> Options, Action<object> Make)> Parts = new()
    {
        [typeof(DhcpLoadSplitOptions)] = (
            () => new DhcpLoadSplitOptions(),
            o => _ = new DhcpServer(
                new DhcpServerOptions
                {
                    ListenOn = new IPEndPoint(IPAddress.Loopback, 0), Mode = DhcpMode.Proxy, LoadSplit = (DhcpLoadSplitOptions)o,
                },
                Services)),
    };

    public static TheoryData<Type, string> Attributed
    {
        get
        {
            var data = new TheoryData<Type, string>();
            foreach (var (type, property) in All()) data.Add(type, property.Name);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Attributed))]
    public void A_server_refuses_an_option_that_its_attribute_forbids(Type options, string property)
    {
        var (make, server) = Servers.TryGetValue(options, out var whole) ? whole : Parts[options];
        var good = make();
        FluentActions.Invoking(() => server(good)).Should().NotThrow();
        foreach (var wrong in WrongValuesOf(options.GetProperty(property)!)) // listed above
        {
            var bad = make();
            options.GetProperty(property)!.SetValue(bad, wrong);
            FluentActions.Invoking(() => server(bad))
                .Should()
                .Throw<ValidationException>($"{property} = {wrong ?? "null"}")
                .WithMessage($"*{property}*");
        }
    }

    [Fact]
    public void Every_options_class_with_validation_attributes_is_a_servers()
    {
        All().Select(a => a.Type).Distinct().Should().BeSubsetOf(Servers.Keys.Concat(Parts.Keys));
        All().Should().HaveCountGreaterThan(15);
    }

    [Fact]
    public void Every_server_has_the_same_shape()
    {
        foreach (var server in Servers.Keys.Select(o => o.Assembly.GetType(o.FullName!.Replace("Options", "", StringComparison.Ordinal))!))
        {
            server.GetConstructors().Should().ContainSingle().Which.GetParameters().Select(p => p.ParameterType.Name)
                .Should().Equal(server.Name + "Options", nameof(BootServices));
            server.GetProperty("Listening")!.PropertyType.Should().Be<Task<IReadOnlyList<IPEndPoint>>>(server.Name);
            var run = server.GetMethod("RunAsync")!;
            run.ReturnType.Should().Be<Task>();
            run.GetParameters().Should().ContainSingle().Which.HasDefaultValue.Should().BeTrue();
        }
    }

    [Fact]
    public void A_server_neither_changes_its_options_nor_sees_later_changes()
    {
        foreach (var (type, (make, server)) in Servers)
        {
            var (options, untouched) = (make(), make());
            server(options);
            options.Should().BeEquivalentTo(untouched, type.Name);
        }
    }

    [Fact]
    public void A_composition_does_not_change_the_options_that_it_is_given()
    {
        var (options, untouched) = (Composition(), Composition());

        _ = new BootServer(options, Services);

        options.Should().BeEquivalentTo(untouched);

        static BootServerOptions Composition() => new()
        {
            Interface = "eth0", Dhcp = new() { Mode = DhcpMode.Proxy }, Dhcp6 = new(), RouterAdvertisement = new(), Dns = new(),
            Sntp = new(),
            Syslog = new(),
        };
    }

    [Theory]
    [MemberData(nameof(Copied))]
    public void A_copy_of_options_has_every_property(Type type, string property)
    {
        var original = Servers[type].Options();
        var changed = type.GetProperty(property)!;
        Change(original, changed);

        var copy = Activator.CreateInstance(
            type, BindingFlags.Instance | BindingFlags.NonPublic, binder: null, [original], culture: null)!;

        changed.GetValue(copy).Should().BeEquivalentTo(changed.GetValue(original), property);
        if (changed.GetValue(copy) is System.Collections.IList list) list.Should().NotBeSameAs(changed.GetValue(original));
    }

    public static TheoryData<Type, string> Copied
    {
        get
        {
            var data = new TheoryData<Type, string>();
            foreach (var type in Servers.Keys)
                foreach (var property in type.GetProperties()) data.Add(type, property.Name);
            return data;
        }
    }

    private static void Change(object options, PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        object? value =
            type == typeof(string) ? "changed"
            : type == typeof(bool) ? !(bool)property.GetValue(options)!
            : type == typeof(int) ? 1 << 21
            : type == typeof(byte) ? (byte)7
            : type == typeof(TimeSpan) ? TimeSpan.FromSeconds(2)
            : type == typeof(IPAddress) ? IPAddress.Parse("10.9.8.7")
            : type == typeof(IPEndPoint) ? new IPEndPoint(IPAddress.Loopback, 987)
            : type == typeof(Uri) ? new Uri("http://changed/")
            : type == typeof(DhcpMode) ? DhcpMode.Observe
            : type == typeof(Duid) ? Duid.Parse("00:03:00:01:52:54:00:00:00:99")
            : type == typeof(DhcpLoadSplitOptions) ? new DhcpLoadSplitOptions { Server = 1 }
            : type == typeof(PacketRing) ? new PacketRing()
            : type == typeof(BootProgramTable) ? BootProgramTable.Empty
            : null;
        if (property.CanWrite) property.SetValue(options, value ?? throw new InvalidOperationException($"{property} needs a value here"));
        else if (property.GetValue(options) is IList<string> texts) texts.Add("aa:bb:cc");
        else if (property.GetValue(options) is IList<IPAddress> addresses) addresses.Add(IPAddress.Loopback);
        else if (property.GetValue(options) is IList<IPEndPoint> ends) ends.Add(new IPEndPoint(IPAddress.Loopback, 1));
        else if (property.GetValue(options) is IList<IPNetwork> networks) networks.Add(IPNetwork.Parse("10.0.0.0/8"));
        else if (property.GetValue(options) is IList<AdvertisedPrefix> prefixes)
            prefixes.Add(new AdvertisedPrefix { Network = IPNetwork.Parse("fd00::/64") });
        else throw new InvalidOperationException($"{property} needs a value here");
    }

    private static IEnumerable<(Type Type, PropertyInfo Property)> All() =>
        from type in typeof(BootServer).Assembly.GetExportedTypes()
        where type is { IsAbstract: false } && type.Name.EndsWith("Options", StringComparison.Ordinal)
        from property in type.GetProperties()
        where property.GetCustomAttributes<ValidationAttribute>().Any()
        select (type, property);

    private static IEnumerable<object?> WrongValuesOf(PropertyInfo property)
    {
        if (property.GetCustomAttribute<RequiredAttribute>() is not null) yield return null;
        if (property.GetCustomAttribute<RangeAttribute>() is not { } range) yield break;
        var (type, least, most) = (
            Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType,
            Convert.ToDecimal(range.Minimum),
            Convert.ToDecimal(range.Maximum));
        foreach (var wrong in (decimal[])[least - 1, most + 1])
            if (wrong >= Limit(type, "MinValue") && wrong <= Limit(type, "MaxValue")) yield return Convert.ChangeType(wrong, type);
    }

    // integers have both
    private static decimal Limit(Type type, string name) => Convert.ToDecimal(type.GetField(name)!.GetRawConstantValue());

    private sealed class Application : IBootPolicy, IBootFiles, IBootObserver
    {
        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) => default;

        public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) => default;

        public void Observe(BootObservation observation)
        {
        }
    }
}
