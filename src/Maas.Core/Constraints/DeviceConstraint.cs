using Maas.Core.Inventory;

namespace Maas.Core.Constraints;

/// <summary>
/// A PCI or USB device that a machine must have: one device that has all of the values. In MAAS's grammar: <c>key=value[,key=value…]</c>.
/// </summary>
/// <param name="Terms">The keys and values.</param>
internal sealed record DeviceConstraint(IReadOnlyList<KeyValuePair<string, string>> Terms)
{
    /// <summary>Reads a constraint.</summary>
    /// <param name="text">The text, not empty.</param>
    /// <param name="constraint">The constraint.</param>
    /// <returns>Why the text cannot be read, in MAAS's words; <see langword="null"/> when it is one.</returns>
    public static string? TryParse(string text, out DeviceConstraint constraint)
    {
        var wrong = LabeledConstraint.TryParseTerms(text, out var terms);
        constraint = new DeviceConstraint(terms);
        if (wrong is not null) return wrong;
        // MAAS-WORDING: the message has one quotation mark.
        return terms.Select(term => term.Key).FirstOrDefault(key => ValueOf(Nothing, key) is null) is { } unknown
            ? $"Unknown devices constraint: '{LabeledConstraint.Echo(unknown)}"
            : null;
    }

    /// <summary>Whether a machine has such a device.</summary>
    /// <param name="hardware">Its inventory; <see langword="null"/> when it has none.</param>
    public bool Matches(Hardware? hardware) => hardware is not null && HardwareDevice.All(hardware).Any(HasAll);

    private bool HasAll(HardwareDevice device) =>
        Terms.All(term => string.Equals(ValueOf(device, term.Key), term.Value, StringComparison.OrdinalIgnoreCase));

    private static HardwareDevice Nothing { get; } = new() { Address = "", Vendor = "", Product = "" };

    private static string? ValueOf(HardwareDevice device, string key) => key switch
    {
        "vendor_id" => device.Vendor,
        "product_id" => device.Product,
        "vendor_name" => device.VendorName,
        "product_name" => device.ProductName,
        "commissioning_driver" => device.Driver,
        _ => null,
    };
}
