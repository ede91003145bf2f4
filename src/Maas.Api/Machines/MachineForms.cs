using System.Text.Json;
using Maas.Api.Requests;
using Maas.Core;
using Maas.Core.Fleet;
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
                if (!MacAddress.TryParse(text, out var address)) form.Refuse(name, $"'{text}' is not a valid MAC address.");
                else if (!addresses.Contains(address)) addresses.Add(address);
            }

            return addresses;
        }

        /// <summary>The power settings that remain when what was sent is laid over <paramref name="present"/>; another type starts afresh.</summary>
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

        /// <summary>Base64 in <c>user_data</c>, line breaks allowed; null when not given.</summary>
        public ReadOnlyMemory<byte>? UserData()
        {
            if (form.Optional("user_data") is not { } text) return null;
            var bytes = new byte[(text.Length * 3 / 4) + 3];
            if (!Convert.TryFromBase64String(text, bytes, out var written))
            {
                form.Refuse("user_data", "This is not base64.");
                return null;
            }

            if (written > MaximumUserData) form.Refuse("user_data", $"User data may have {MaximumUserData} bytes.");
            return bytes.AsMemory(0, written);
        }

        /// <summary>How to erase on release; null for not at all.</summary>
        public EraseMode? Erase()
        {
            var (erase, secure, quick) = (form.Boolean("erase"), form.Boolean("secure_erase"), form.Boolean("quick_erase"));
            if (erase is not true) return null;
            return secure is true ? EraseMode.Secure : quick is true ? EraseMode.Quick : EraseMode.Full;
        }
    }

    private static bool TryReadObject(string text, Dictionary<string, string> into)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return false;
            foreach (var property in json.RootElement.EnumerateObject())
                into[property.Name] = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() ?? "" : property.Value.GetRawText();
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
