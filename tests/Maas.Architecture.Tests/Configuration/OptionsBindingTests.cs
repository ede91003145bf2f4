using System.Collections;
using System.Net;
using System.Reflection;
using Maas.Api;
using Maas.Boot;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Client;
using Maas.Core;
using Maas.Hosting;
using Maas.Images;
using Maas.Power;
using Microsoft.Extensions.Configuration;

namespace Maas.Architecture.Tests.Configuration;

/// <summary>
/// What <c>services.Configure&lt;T&gt;(section)</c> and <c>section.Bind(options)</c> do with every options class: no value that could be
/// read is passed over.
/// </summary>
public class OptionsBindingTests
{
    private static readonly Dictionary<Type, string> Texts = new()
    {
        [typeof(string)] = "seven",
        [typeof(int)] = "7",
        [typeof(long)] = "7",
        [typeof(byte)] = "7",
        [typeof(TimeSpan)] = "00:00:02.5000000",
        [typeof(Guid)] = "01234567-89ab-cdef-0123-456789abcdef",
        [typeof(Uri)] = "http://10.1.2.3/seven",
        [typeof(IPAddress)] = "10.1.2.3",
        [typeof(IPEndPoint)] = "10.1.2.3:7",
        [typeof(IPNetwork)] = "10.1.2.0/24",
        [typeof(AddressRange)] = "10.1.2.3-10.1.2.7",
        [typeof(AddressRange6)] = "fd00::3-fd00::7",
        [typeof(Duid)] = "00:03:00:01:52:54:00:12:34:56",
        [typeof(HardwareAddress)] = "52:54:00:12:34:56",
        [typeof(BootProgramTable)] = "X86Bios=seven.kpxe",
    };

    /// <summary>Options class, and the keys with their values that are bound at once.</summary>
    public static TheoryData<Type, string> Settings =>
    [
        .. from type in OptionsTypes
           from keys in KeysOf(type, "")
           select new TheoryDataRow<Type, string>(type, string.Join(' ', keys)),
    ];

    private static IEnumerable<Type> OptionsTypes =>
        from package in (Type[])
            [
                typeof(SystemId), typeof(HardwareAddress), typeof(DiskImage), typeof(PowerTarget), typeof(MaasOptions),
                typeof(MaasApiOptions), typeof(MaasClient),
            ]
        from type in package.Assembly.GetExportedTypes()
        where type is { IsClass: true, IsAbstract: false } && type.Name.EndsWith("Options", StringComparison.Ordinal)
        where type.GetMethod("<Clone>$") is null // records are handed to a method in code, and are no options of a host
        select type;

    [Fact]
    public void Every_package_that_is_configured_is_looked_at() =>
        OptionsTypes.Select(type => type.Assembly.GetName().Name).Distinct()
            .Should().BeEquivalentTo("Maas.Core", "Maas.Boot", "Maas.Images", "Maas.Power", "Maas.Hosting", "Maas.Api", "Maas.Client");

    [Theory, MemberData(nameof(Settings))]
    public void A_value_is_bound(Type type, string settings)
    {
        var options = Activator.CreateInstance(type)!; // a class
        var before = Dump(options);

        Configure(settings).Bind(options);

        if (!IsSwitch(settings)) Dump(options).Should().NotBe(before);
        foreach (var setting in settings.Split(' ')) Dump(options).Should().Contain(setting.Split('=')[^1]);
    }

    [Theory, MemberData(nameof(Settings))]
    public void A_value_that_cannot_be_read_is_an_error_that_names_the_key(Type type, string settings)
    {
        foreach (var setting in settings.Split(' '))
        {
            var (key, value) = (setting.Split('=')[0], setting.Split('=')[^1]);
            if (value == Texts[typeof(string)] || value == Texts[typeof(Uri)]) continue; // any text is one
            var options = Activator.CreateInstance(type)!; // a class
            var wrong = Configure(settings, (key, "!"));

            // Elements of lists that cannot be read are passed over unless the binder is strict; AddMaas(configuration) always
            // is.
            var binding = () => wrong.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);

            binding.Should().Throw<InvalidOperationException>().Which.ToString().Should().Contain(key);
        }
    }

    [Theory, MemberData(nameof(Settings))]
    public void A_switch_is_turned_on_and_off(Type type, string settings)
    {
        if (!IsSwitch(settings)) return;
        var (on, off) = (Activator.CreateInstance(type)!, Activator.CreateInstance(type)!); // classes
        Configure(settings.Replace("=False", "=True", StringComparison.Ordinal)).Bind(on);
        Configure(settings.Replace("=True", "=False", StringComparison.Ordinal)).Bind(off);

        Dump(on).Should().NotBe(Dump(off));
    }

    [Fact]
    public void An_object_that_is_made_in_code_is_an_error_in_configuration()
    {
        var binding = () => Configure("Capture=256").Bind(new BootServerOptions());

        binding.Should().Throw<InvalidOperationException>().WithMessage("*'Capture'*");
    }

    private static bool IsSwitch(string settings) =>
        settings.EndsWith("=True", StringComparison.Ordinal) || settings.EndsWith("=False", StringComparison.Ordinal);

    private static IConfigurationRoot Configure(string settings, params (string Key, string Value)[] changed) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Split(' ').Select(each => each.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => (string?)pair[1]))
        .AddInMemoryCollection(changed.Select(each => KeyValuePair.Create(each.Key, (string?)each.Value)))
        .Build();

    // Each row is bound alone, but for a type that is made by its constructor: that needs all.
    private static IEnumerable<string[]> KeysOf(Type type, string path)
    {
        foreach (var property in PropertiesOf(type).Where(IsSettable))
        {
            var kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (kind == typeof(PacketRing)) continue; // made in code: the test above
            foreach (var keys in KeysOfValue(kind, path + property.Name)) yield return keys;
        }
    }

    private static IEnumerable<string[]> KeysOfValue(Type type, string key)
    {
        if (Texts.TryGetValue(type, out var text)) return [[$"{key}={text}"]];
        if (type == typeof(bool)) return [[$"{key}=True"], [$"{key}=False"]];
        if (type.IsEnum) return [[$"{key}={Enum.GetNames(type)[^1]}"]];
        if (type.IsInterface && type.GetGenericArguments() is [_, var named]) return KeysOf(named, key + ":seven:");
        if (ElementOf(type) is { } element) return KeysOfValue(element, key + ":0");
        var rows = KeysOf(type, key + ":");
        return type.GetConstructor([]) is null ? [[.. rows.SelectMany(row => row)]] : rows;
    }

    private static Type? ElementOf(Type type) =>
        type.IsInterface && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[^1] : null;

    private static bool IsSettable(PropertyInfo property) =>
        property.SetMethod is { IsPublic: true } || ElementOf(property.PropertyType) is not null;

    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties().Where(property => property.GetIndexParameters().Length == 0);

    private static string Dump(object? value) => value switch
    {
        null => "",
        string text => text,
        BootProgramTable programs => programs[BootArchitecture.X86Bios] ?? "",
        TimeSpan time => time.ToString("c"),
        IDictionary<string, MaasNetworkOptions> networks => string.Join(", ", networks.Values.Select(Dump)),
        IEnumerable list => string.Join(", ", list.Cast<object>().Select(Dump)),
        _ when Texts.ContainsKey(value.GetType()) || value is bool or Enum => value.ToString()!, // none of these writes null
        _ => string.Join("; ", PropertiesOf(value.GetType()).Select(each => $"{each.Name}: {Dump(each.GetValue(value))}")),
    };
}
