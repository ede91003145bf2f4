using System.Text.Json;
using Maas.Api.Results;

namespace Maas.Api.Machines;

/// <summary>The power types of this server and their parameters, as MAAS describes power types.</summary>
internal static class PowerTypeTable
{
    private static readonly PowerTypeField Address = new("power_address", "IP address") { Required = true };
    private static readonly PowerTypeField User = new("power_user", "Power user");
    private static readonly PowerTypeField Password = new("power_pass", "Power password") { IsSecret = true };
    private static readonly PowerTypeField Certificate = new("power_tls_fingerprint", "SHA-256 of the certificate");

    private static readonly PowerTypeField VerifyCertificate =
        new("power_verify_ssl", "Verify certificates") { Default = "y", Choices = [("n", "No"), ("y", "Yes")] };

    private static readonly PowerTypeField BootType =
        new("power_boot_type", "Power boot type")
        {
            Default = "auto", Choices = [("auto", "Automatic"), ("legacy", "Legacy boot"), ("efi", "EFI boot")],
        };

    // Words of secrets in the names of parameters of an application's own drivers.
    private static readonly string[] SecretWords = ["pass", "secret", "token", "key"];

    /// <summary>All of them by name.</summary>
    public static IReadOnlyList<PowerType> All { get; } =
    [
        new("exec", "Program", [Address with { Required = false }, User, Password]),
        new("ipmi", "IPMI",
        [
            new PowerTypeField("power_driver", "Power driver")
            {
                Default = "LAN_2_0", Choices = [("LAN", "LAN [IPMI 1.5]"), ("LAN_2_0", "LAN_2_0 [IPMI 2.0]")],
            },
            BootType, Address, User, Password,
            new PowerTypeField("k_g", "K_g BMC key") { IsSecret = true },
            new PowerTypeField("cipher_suite_id", "Cipher Suite ID") { Choices = [("", "Default"), ("17", "17"), ("3", "3"), ("8", "8")] },
            new PowerTypeField("privilege_level", "Privilege Level")
            {
                Default = "OPERATOR", Choices = [("USER", "User"), ("OPERATOR", "Operator"), ("ADMIN", "Administrator")],
            },
            new PowerTypeField("workaround_flags", "Workaround Flags"),
        ]),
        new("manual", "Manual", []) { IsQueryable = false },
        new("proxmox", "Proxmox",
        [
            Address, User, Password,
            new PowerTypeField("power_token_name", "API token name"),
            new PowerTypeField("power_token_secret", "API token secret") { IsSecret = true },
            new PowerTypeField("power_vm_name", "Node ID") { Required = true, Scope = "node" },
            VerifyCertificate, Certificate,
        ]),
        new("redfish", "Redfish",
        [
            Address, User, Password, new PowerTypeField("node_id", "Node ID") { Scope = "node" },
            BootType with { Choices = [.. BootType.Choices, ("http", "UEFI HTTP boot")] }, VerifyCertificate, Certificate,
        ]),
        new("virsh", "Virsh (virtual systems)",
        [
            Address, new PowerTypeField("power_id", "Virsh VM ID") { Required = true, Scope = "node" },
        ]),
        new("wakeonlan", "Wake-on-LAN",
        [
            new PowerTypeField("mac_address", "MAC address") { Required = true, FieldType = "mac_address", Scope = "node" },
            new PowerTypeField("power_address", "Address to send to"),
            new PowerTypeField("power_interface", "Link to send on"),
            Password,
        ]) { IsQueryable = false },
        new("webhook", "Webhook",
        [
            new PowerTypeField("power_on_uri", "URI to power on the node") { Required = true },
            new PowerTypeField("power_off_uri", "URI to power off the node") { Required = true },
            new PowerTypeField("power_query_uri", "URI to query the nodes power status") { Required = true },
            new PowerTypeField("power_on_regex", "Regex to confirm the node is on") { Default = @"status.*\:.*running" },
            new PowerTypeField("power_off_regex", "Regex to confirm the node is off") { Default = @"status.*\:.*stopped" },
            User, Password,
            new PowerTypeField("power_token", "Power token, will be used in place of power_user and power_pass") { IsSecret = true },
            VerifyCertificate, Certificate,
        ]),
    ];

    /// <summary>Whether a parameter's value is not to be shown.</summary>
    public static bool IsSecret(string type, string parameter) =>
        All.FirstOrDefault(each => each.Name == type)?.Fields.FirstOrDefault(each => each.Name == parameter) is { } field
            ? field.IsSecret
            : SecretWords.Any(word => parameter.Contains(word, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A power type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">The name that people read.</param>
/// <param name="Fields">Its parameters.</param>
internal sealed record PowerType(string Name, string Description, IReadOnlyList<PowerTypeField> Fields)
{
    /// <summary>Whether it tells if a machine is on.</summary>
    public bool IsQueryable { get; init; } = true;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("driver_type", "power");
        json.WriteString("name", Name);
        json.WriteString("description", Description);
        json.WriteStartArray("fields");
        foreach (var field in Fields) field.Write(json);
        json.WriteEndArray();
        json.WriteEmptyLists("missing_packages");
        json.WriteBoolean("queryable", IsQueryable);
        json.WriteBoolean("chassis", false);
        json.WriteBoolean("can_probe", false);
        json.WriteEndObject();
    }
}

/// <summary>A parameter of a power type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Label">The name that people read.</param>
internal sealed record PowerTypeField(string Name, string Label)
{
    /// <summary>Whether it is needed.</summary>
    public bool Required { get; init; }

    /// <summary>Whether it is not to be shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Its value when it is not given.</summary>
    public string Default { get; init; } = "";

    /// <summary>Its values with the names that people read; empty for any.</summary>
    public IReadOnlyList<(string Value, string Name)> Choices { get; init; } = [];

    /// <summary>Whether it is about the controller (<c>bmc</c>) or about the machine (<c>node</c>).</summary>
    public string Scope { get; init; } = "bmc";

    /// <summary>MAAS's type of form field; <see langword="null"/> for the one that follows from the other members.</summary>
    public string? FieldType { get; init; }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteString("label", Label);
        json.WriteBoolean("required", Required);
        json.WriteString("field_type", FieldType ?? (IsSecret ? "password" : Choices.Count > 0 ? "choice" : "string"));
        json.WriteBoolean("secret", IsSecret);
        json.WriteString("default", Default);
        json.WriteString("scope", Scope);
        json.WriteStartArray("choices");
        foreach (var (value, name) in Choices)
        {
            json.WriteStartArray();
            json.WriteStringValue(value);
            json.WriteStringValue(name);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
