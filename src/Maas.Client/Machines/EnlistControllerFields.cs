using System.Text;

namespace Maas.Client.Machines;

/// <summary>The arguments of a machine that becomes known by its management controller.</summary>
public sealed record EnlistControllerFields : IMaasFields
{
    /// <summary>Its power type, one that has an inventory. Default redfish.</summary>
    public string PowerType { get; init; } = "redfish";

    /// <summary>What that needs, such as <c>power_address</c>, <c>power_user</c> and <c>power_pass</c>.</summary>
    public required IReadOnlyDictionary<string, string> PowerParameters { get; init; }

    /// <summary>Its host name; the server chooses one by default.</summary>
    public string? Hostname { get; init; }

    /// <summary>Its DNS domain.</summary>
    public string? Domain { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Its architecture, such as amd64, where the controller does not say it.</summary>
    public string? Architecture { get; init; }

    /// <summary>Its hardware addresses, the boot interface first, where the controller does not say them.</summary>
    public IReadOnlyList<string>? MacAddresses { get; init; }

    /// <summary>Its zone.</summary>
    public string? Zone { get; init; }

    /// <summary>Its resource pool.</summary>
    public string? Pool { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form.Add("power_type", PowerType);
        foreach (var (name, value) in PowerParameters) form.Add("power_parameters_" + name, value);
        form.Add("hostname", Hostname).Add("domain", Domain).Add("description", Description).Add("architecture", Architecture)
            .Add("mac_addresses", MacAddresses).Add("zone", Zone).Add("pool", Pool);
    }

    // Power parameters have passwords.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Hostname = ").Append(Hostname).Append(", PowerType = ").Append(PowerType);
        return true;
    }
}
