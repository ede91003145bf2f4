using System.Text;
using System.Text.Json;
using Maas.Api.Requests;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Api.Machines;

/// <summary>Reads what clients say about a machine.</summary>
internal static class MachineForms
{
    private const string ParameterPrefix = "power_parameters_";
    private const int MaximumUserData = 4 * 1024 * 1024;

    extension(FormReader form)
    {
        /// <summary>A new machine, with <see cref="PowerSettings.Manual"/> unless <paramref name="mayNamePower"/>.</summary>
        public NewMachine NewMachine(bool mayNamePower) => new()
        {
            Architecture = form.Architecture() ?? Machine.DefaultArchitecture,
            MacAddresses = form.MacAddresses("mac_addresses"),
            Hostname = form.Optional("hostname"),
            Domain = form.Optional("domain"),
            HardwareUuid = form.Optional("hardware_uuid"),
            Description = form.Optional("description") ?? "",
            MinHweKernel = form.Optional("min_hwe_kernel") ?? "",
            Power = mayNamePower ? form.Power(PowerSettings.Manual) : PowerSettings.Manual,
        };

        /// <summary>The architecture in one field or two; null when it is not given.</summary>
        public string? Architecture()
        {
            var (architecture, sub) = (form.Optional("architecture"), form.Optional("subarchitecture"));
            if (architecture is null) return null;
            if (architecture.Contains("hwe-", StringComparison.Ordinal) || architecture.Contains("ga-", StringComparison.Ordinal))
                form.Refuse("architecture", "A kernel is not part of the architecture; use min_hwe_kernel.");
            if (sub is null) return architecture.Contains('/', StringComparison.Ordinal) ? architecture : architecture + "/generic";
            if (architecture.Contains('/', StringComparison.Ordinal))
                form.Refuse("architecture", "The sub-architecture is given twice: in architecture and in subarchitecture.");
            return $"{architecture}/{sub}";
        }

        /// <summary>Addresses in any notation; a wrong one is an error of the field.</summary>
        public IReadOnlyList<MacAddress> MacAddresses(string name)
        {
            List<MacAddress> addresses = [];
            foreach (var text in form.List(name))
            {
                if (!MacAddress.TryParse(text, out var address))
                    form.Refuse(name, $"'{LogText.From(text, 64)}' is not a valid MAC address.");
                else if (!addresses.Contains(address)) addresses.Add(address);
            }

            return addresses;
        }

        /// <summary>Whether anything is said about how the machine is turned on and off.</summary>
        public bool NamesPower() =>
            form.Optional("power_type") is not null || form.Form.Has("power_parameters")
            || form.Form.Fields.Any(field => field.Key.StartsWith(ParameterPrefix, StringComparison.Ordinal));

        /// <summary>
        /// The power settings that remain when what was sent is laid over <paramref name="present"/>; another type starts afresh.
        /// </summary>
        public PowerSettings Power(PowerSettings present)
        {
            var type = form.Optional("power_type") ?? present.Type;
            Dictionary<string, string> parameters = type == present.Type ? new(present.Parameters) : [];
            if (form.Optional("power_parameters") is { } text && !TryReadObject(text, parameters))
                form.Refuse("power_parameters", "This is not a JSON object of texts.");
            foreach (var (name, value) in form.Form.Fields)
            {
                if (!name.StartsWith(ParameterPrefix, StringComparison.Ordinal)) continue;
                if (name[ParameterPrefix.Length..] is { Length: > 0 } key && key != "skip_check") parameters[key] = value;
            }

            return new PowerSettings(type, parameters);
        }

        /// <summary>
        /// The bytes of <c>user_data</c>, as MAAS takes them: base64 is decoded, anything else is the user data itself; null when not
        /// given.
        /// </summary>
        public ReadOnlyMemory<byte>? UserData()
        {
            if (form.Form.Bytes("user_data") is not { Length: > 0 } sent) return null;
            var bytes = DecodeUserData(sent);
            if (bytes.Length > MaximumUserData) form.Refuse("user_data", $"User data may have {MaximumUserData} bytes.");
            return bytes;
        }

        /// <summary>Scripts by name, id or tag, with commas between; empty for <c>none</c>, null for the usual ones.</summary>
        public IReadOnlyList<string>? Scripts(string name) => form.List(name) switch
        {
            [] => null,
            ["none"] => [],
            var words => [.. words.Distinct(StringComparer.Ordinal)],
        };

        /// <summary>
        /// The values of scripts' parameters: the fields that are no arguments of the action, and the members of <c>parameters</c>.
        /// </summary>
        public IReadOnlyDictionary<string, string> ScriptValues(ApiAction action)
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            if (form.Optional("parameters") is { } json && !TryReadObject(json, values))
                form.Refuse("parameters", "This is not a JSON object of texts.");
            foreach (var (name, value) in form.Form.Fields)
                if (name != "op" && !action.IsDeclared(name) && !action.Unsupported.ContainsKey(name)) values[name] = value;
            return values;
        }
    }

    /// <summary>
    /// Decodes what is base64 and leaves alone what is not. It is base64 when decoding and encoding it again gives the same text; line
    /// breaks do not count, for clients wrap it (RFC 2045).
    /// </summary>
    internal static ReadOnlyMemory<byte> DecodeUserData(ReadOnlyMemory<byte> sent)
    {
        if (!Ascii.IsValid(sent.Span)) return sent;
        var text = Encoding.ASCII.GetString(sent.Span).Replace("\r", "", StringComparison.Ordinal)
            .Replace("\n", "", StringComparison.Ordinal);
        var bytes = new byte[(text.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(text, bytes, out var written) && Convert.ToBase64String(bytes, 0, written) == text
            ? bytes.AsMemory(0, written) : sent;
    }

    internal static bool TryReadObject(string text, Dictionary<string, string> into)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return false;
            foreach (var property in json.RootElement.EnumerateObject())
                into[property.Name] = property.Value.ValueKind == JsonValueKind.String
                    ? property.Value.GetString() ?? ""
                    : property.Value.GetRawText();
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
