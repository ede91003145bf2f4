using System.Globalization;
using System.Net;
using Maas.Boot;
using Microsoft.Extensions.Configuration;

namespace Maas.Hosting.Binding;

/// <summary>
/// Reads one configuration section as a value. What cannot be read is an <see cref="InvalidOperationException"/> that names the key.
/// </summary>
internal static class SectionValues
{
    private const int DnsPort = 53;

    extension(IConfigurationSection section)
    {
        public string Text() =>
            section.Value ?? throw new InvalidOperationException($"Configuration key {section.Path} is a section; it should be a value.");

        /// <summary>The text; <see langword="null"/> for an empty one, by which an environment variable says "none".</summary>
        public string? TextOrNull() => section.Text() is { Length: > 0 } text ? text : null;

        public TValue Read<TValue>()
            where TValue : IParsable<TValue> => section.Read(section.Text(), Parse<TValue>);

        public TValue? ReadOrNull<TValue>()
            where TValue : struct, IParsable<TValue> => section.TextOrNull() is { } text ? section.Read(text, Parse<TValue>) : null;

        public Uri? ReadAddressOrNull() =>
            section.TextOrNull() is { } text ? section.Read(text, static address => new Uri(address, UriKind.Absolute)) : null;

        /// <summary>An address that may contain a secret: no message quotes it.</summary>
        public Uri? ReadSecretAddressOrNull() =>
            section.TextOrNull() is not { } text ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var address) ? address
            : throw new InvalidOperationException($"Configuration key {section.Path}: the value is no absolute URL.");

        public TEnum ReadEnum<TEnum>()
            where TEnum : struct, Enum => section.Read(section.Text(), ParseEnum<TEnum>);

        public TEnum? ReadEnumOrNull<TEnum>()
            where TEnum : struct, Enum => section.TextOrNull() is { } text ? section.Read(text, ParseEnum<TEnum>) : null;

        /// <summary>Puts the values in the place of those in the list: a JSON array, or one text with commas.</summary>
        public void Fill(IList<IPAddress> list) => section.Fill(list, Parse<IPAddress>);

        /// <summary>Resolvers, with or without a port; a JSON array, or one text with commas.</summary>
        public void FillResolvers(IList<IPEndPoint> list) => section.Fill(list, ParseResolver);

        /// <summary>Words; a JSON array, or one text with commas.</summary>
        public void FillWords(IList<string> list) => section.Fill(list, static text => text);

        /// <summary>Absolute URLs; a JSON array, or one text with commas.</summary>
        public void FillAddresses(IList<Uri> list) => section.Fill(list, static text => new Uri(text, UriKind.Absolute));

        /// <summary>Names of an enumeration; a JSON array, or one text with commas.</summary>
        public void FillEnums<TEnum>(IList<TEnum> list)
            where TEnum : struct, Enum => section.Fill(list, ParseEnum<TEnum>);

        private void Fill<TValue>(IList<TValue> list, Func<string, TValue> parse)
        {
            var texts = section.Value is null
                ? section.GetChildren().Select(child => (Section: child, Text: child.Text()))
                : section.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(text => (Section: section, Text: text));
            TValue[] values = [.. texts.Select(each => each.Section.Read(each.Text, parse))];
            list.Clear();
            foreach (var value in values) list.Add(value);
        }

        private TValue Read<TValue>(string text, Func<string, TValue> parse)
        {
            try
            {
                return parse(text);
            }
            catch (Exception wrong) when (wrong is FormatException or OverflowException or ArgumentException)
            {
                throw new InvalidOperationException(
                    $"Configuration key {section.Path}: '{text}' is no {NameOf<TValue>()}. {wrong.Message}", wrong);
            }
        }
    }

    private static TValue Parse<TValue>(string text)
        where TValue : IParsable<TValue> => TValue.Parse(text, CultureInfo.InvariantCulture);

    private static IPEndPoint ParseResolver(string text) => IPEndPoint.Parse(text) switch
    {
        { Port: 0 } withoutPort => new IPEndPoint(withoutPort.Address, DnsPort),
        var complete => complete,
    };

    // Numbers are refused: one that has no name would pass.
    private static TEnum ParseEnum<TEnum>(string text)
        where TEnum : struct, Enum =>
            char.IsAsciiLetter(text.FirstOrDefault()) && Enum.TryParse<TEnum>(text, ignoreCase: true, out var value)
            ? value
            : throw new FormatException($"There are: {string.Join(", ", Enum.GetNames<TEnum>())}.");

    private static string NameOf<TValue>() => typeof(TValue).Name switch
    {
        nameof(Int32) or nameof(Int64) => "whole number",
        nameof(Boolean) => "true or false",
        nameof(HardwareAddress) => "hardware address such as 52:54:00:12:34:56",
        nameof(TimeSpan) => "time such as 00:00:15",
        nameof(IPAddress) => "IP address",
        nameof(IPNetwork) => "network such as 10.0.0.0/24 or fd00:77::/64",
        nameof(IPEndPoint) => "address, with or without a port",
        nameof(Uri) => "absolute URL",
        var name => name,
    };
}
