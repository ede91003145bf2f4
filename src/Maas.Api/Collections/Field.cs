using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;

namespace Maas.Api.Collections;

/// <summary>
/// A member of a resource, declared once: how it is read from a form and how it is written to an answer. A field that is absent from a form
/// keeps its value; an empty one clears it.
/// </summary>
/// <typeparam name="T">The type of the record.</typeparam>
/// <param name="Argument">How it is declared as an argument.</param>
internal sealed record Field<T>(ApiArgument Argument)
{
    /// <summary>Its name.</summary>
    public string Name => Argument.Name;

    /// <summary>The record with the field's value of the form. What is wrong is an error of the form. Null when it is only shown.</summary>
    public Func<T, FormReader, ApiView, T>? Read { get; init; }

    /// <summary>Writes the value. Null when it is only read.</summary>
    public Action<Utf8JsonWriter, T, ApiView>? Write { get; init; }

    /// <summary>The field as one that a creation needs.</summary>
    public Field<T> Required() => this with { Argument = Argument.Required() };

    /// <summary>The field as one that answers do not contain.</summary>
    public Field<T> NotShown() => this with { Write = null };

    /// <summary>A text.</summary>
    public static Field<T> Text(string name, string meaning, Func<T, string> get, Func<T, string, T> set) => new(
        ApiArgument.Text(name, meaning))
    {
        Read = (record, form, _) => set(record, form.Form[name]?.Trim() ?? ""),
        Write = (json, record, _) => json.WriteString(name, get(record)),
    };

    /// <summary>True or false.</summary>
    public static Field<T> Flag(string name, string meaning, Func<T, bool> get, Func<T, bool, T> set) => new(
        ApiArgument.Flag(name, meaning))
    {
        Read = (record, form, _) => form.Boolean(name) is { } value ? set(record, value) : record,
        Write = (json, record, _) => json.WriteBoolean(name, get(record)),
    };

    /// <summary>A whole number.</summary>
    public static Field<T> Integer(
        string name, string meaning, Func<T, long?> get, Func<T, long?, T> set, long least = 0, long most = int.MaxValue) =>
        new(ApiArgument.Integer(name, meaning))
        {
            Read = (record, form, _) => set(record, form.Integer(name, least, most)),
            Write = (json, record, _) => json.WriteNumberOrNull(name, get(record)),
        };

    /// <summary>An IP address.</summary>
    public static Field<T> Address(string name, string meaning, Func<T, IPAddress?> get, Func<T, IPAddress?, T> set) =>
        new(ApiArgument.Text(name, meaning))
        {
            Read = (record, form, _) => set(record, form.Address(name)),
            Write = (json, record, _) => json.WriteString(name, get(record)?.ToString()),
        };

    /// <summary>IP addresses.</summary>
    public static Field<T> Addresses(
        string name, string meaning, Func<T, IReadOnlyList<IPAddress>> get, Func<T, IReadOnlyList<IPAddress>, T> set) =>
        new(ApiArgument.Texts(name, meaning))
        {
            Read = (record, form, _) => set(record, form.Addresses(name)),
            Write = (json, record, _) =>
            {
                json.WriteStartArray(name);
                foreach (var address in get(record)) json.WriteStringValue(address.ToString());
                json.WriteEndArray();
            },
        };

    /// <summary>Words: a field that may be repeated, each with commas between. MAAS's ways of writing none are empty.</summary>
    public static Field<T> Words(
        string name, string meaning, Func<T, IReadOnlyList<string>> get, Func<T, IReadOnlyList<string>, T> set) =>
        new(ApiArgument.Texts(name, meaning))
        {
            Read = (record, form, _) => set(record, form.List(name) is var words and not (["None"] or ["[]"]) ? words : []),
            Write = (json, record, _) => json.WriteTexts(name, get(record)),
        };

    /// <summary>A MAC address.</summary>
    public static Field<T> Mac(string name, string meaning, Func<T, MacAddress> get, Func<T, MacAddress, T> set) =>
        new(ApiArgument.Text(name, meaning))
        {
            Read = (record, form, _) =>
            {
                if (form.Optional(name) is not { } text) return record;
                if (MacAddress.TryParse(text, out var address)) return set(record, address);
                form.Refuse(name, $"'{LogText.From(text, 64)}' is not a valid MAC address.");
                return record;
            },
            Write = (json, record, _) => json.WriteString(name, get(record).ToString()),
        };

    /// <summary>One of several values.</summary>
    public static Field<T> Choice<TValue>(
        string name, string meaning, IReadOnlyDictionary<string, TValue> choices, Func<T, TValue> get, Func<T, TValue, T> set,
        Action<Utf8JsonWriter, T, ApiView>? write = null)
        where TValue : notnull => new(ApiArgument.Choice(name, meaning, [.. choices.Keys]))
        {
            Read = (record, form, _) =>
            {
                if (form.Optional(name) is not { } text) return record;
                if (choices.TryGetValue(text, out var value)) return set(record, value);
                form.Refuse(name, $"Select a valid choice. {LogText.From(text, 64)} is not one of the available choices.");
                return record;
            },
            Write = write ?? ((json, record, _) =>
                json.WriteString(name, choices.First(choice => choice.Value.Equals(get(record))).Key)),
        };

    /// <summary>Another record, by a specifier of it. A value that names none is an error; an empty one is null.</summary>
    public static Field<T> Reference<TOther>(
        string name, string meaning, Func<ApiView, string, TOther?> find, Func<T, TOther?, T> set,
        Action<Utf8JsonWriter, T, ApiView>? write)
        where TOther : class => new(ApiArgument.Text(name, meaning))
        {
            Read = (record, form, view) =>
            {
                if (form.Optional(name) is not { } text) return set(record, null);
                if (find(view, text) is { } other) return set(record, other);
                form.Refuse(name, "Select a valid choice. That choice is not one of the available choices.");
                return record;
            },
            Write = write,
        };

    /// <summary>A member of answers that no form has.</summary>
    public static Field<T> Shown(string name, Action<Utf8JsonWriter, T, ApiView> write) =>
        new(ApiArgument.Text(name, "")) { Write = write };

    /// <summary>An argument of forms that no answer has.</summary>
    public static Field<T> Only(ApiArgument argument, Func<T, FormReader, ApiView, T> read) => new(argument) { Read = read };
}

/// <summary>Reads addresses from forms and writes what may be missing.</summary>
internal static class FieldValues
{
    extension(FormReader form)
    {
        /// <summary>An IP address; null when the field is absent or empty.</summary>
        public IPAddress? Address(string name)
        {
            if (form.Optional(name) is not { } text) return null;
            if (TryParse(text, out var address)) return address;
            form.Refuse(name, "Enter a valid IPv4 or IPv6 address.");
            return null;
        }

        /// <summary>IP addresses.</summary>
        public IReadOnlyList<IPAddress> Addresses(string name)
        {
            List<IPAddress> addresses = [];
            foreach (var text in form.List(name))
            {
                if (TryParse(text, out var address)) addresses.Add(address);
                else form.Refuse(name, $"'{LogText.From(text, 64)}' is not a valid IP address.");
            }

            return addresses;
        }

        /// <summary>An IP network; the bits after the prefix are ignored, as MAAS does. Null when the field is absent or empty.</summary>
        public IPNetwork? Network(string name)
        {
            if (form.Optional(name) is not { } text) return null;
            var slash = text.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0 && TryParse(text[..slash], out var address)
                && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                && length <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
                return new IPNetwork(Masked(address, length), length);
            form.Refuse(name, "Required format: <network>/<prefixlen>.");
            return null;
        }
    }

    extension(Utf8JsonWriter json)
    {
        /// <summary>A number or null.</summary>
        public void WriteNumberOrNull(string name, long? value)
        {
            if (value is { } number) json.WriteNumber(name, number);
            else json.WriteNull(name);
        }
    }

    // IPAddress.TryParse takes "1" for 0.0.0.1, and a scope.
    private static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && !text.Contains('%', StringComparison.Ordinal)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(each => each == '.') == 3);

    private static IPAddress Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var at = 0; at < bytes.Length; at++)
        {
            var kept = Math.Clamp(length - (at * 8), 0, 8);
            bytes[at] &= (byte)(0xff << (8 - kept));
        }

        return new IPAddress(bytes);
    }
}
