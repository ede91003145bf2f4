using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Reflection;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Server;
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
    private static readonly Dictionary<Type, (Func<object> Options, Action<object> Make)> Servers = new()
    {
        [typeof(DhcpServerOptions)] = (
            () => new DhcpServerOptions { ListenOn = new IPEndPoint(IPAddress.Loopback, 0), Mode = DhcpMode.Proxy },
            o => _ = new DhcpServer((DhcpServerOptions)o, policy: new Application())),
        [typeof(Dhcp6ServerOptions)] = (
            () => new Dhcp6ServerOptions { ListenOn = new IPEndPoint(IPAddress.IPv6Loopback, 0) },
            o => _ = new Dhcp6Server((Dhcp6ServerOptions)o, policy: new Application())),
        [typeof(RouterAdvertiserOptions)] = (
            () => new RouterAdvertiserOptions { Interfaces = { "lo" } }, o => _ = new RouterAdvertiser((RouterAdvertiserOptions)o)),
        [typeof(TftpServerOptions)] = (
            () => new TftpServerOptions(), o => new TftpServer(new Application(), (TftpServerOptions)o).Dispose()),
        [typeof(DnsServerOptions)] = (
            () => new DnsServerOptions(), o => _ = new DnsServer((DnsServerOptions)o, new Dns.Queries.Directory())),
        [typeof(SntpServerOptions)] = (() => new SntpServerOptions(), o => _ = new SntpServer((SntpServerOptions)o, TimeProvider.System)),
        [typeof(SyslogServerOptions)] = (
            () => new SyslogServerOptions(), o => _ = new SyslogServer((SyslogServerOptions)o, new Application(), TimeProvider.System)),
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
        var (make, server) = Servers[options];
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
        All().Select(a => a.Type).Distinct().Should().BeSubsetOf(Servers.Keys);
        All().Should().HaveCountGreaterThan(15);
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
