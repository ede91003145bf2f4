using System.Text;

namespace Maas.Client.Machines;

/// <summary>The arguments of a machine.</summary>
public sealed record MachineFields : IMaasFields
{
    /// <summary>Its architecture, such as amd64; required when it is created.</summary>
    public string? Architecture { get; init; }

    /// <summary>Its hardware addresses, the boot interface first; only when it is created.</summary>
    public IReadOnlyList<string>? MacAddresses { get; init; }

    /// <summary>Its host name; the server chooses one by default.</summary>
    public string? Hostname { get; init; }

    /// <summary>Its DNS domain.</summary>
    public string? Domain { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>How it is switched, such as ipmi or manual.</summary>
    public string? PowerType { get; init; }

    /// <summary>What that needs, such as <c>power_address</c>, <c>power_user</c> and <c>power_pass</c>.</summary>
    public IReadOnlyDictionary<string, string>? PowerParameters { get; init; }

    /// <summary>Its zone.</summary>
    public string? Zone { get; init; }

    /// <summary>Its resource pool.</summary>
    public string? Pool { get; init; }

    /// <summary>The oldest kernel it may run.</summary>
    public string? MinHweKernel { get; init; }

    /// <summary>Bytes of swap.</summary>
    public long? SwapSize { get; init; }

    /// <summary>Whether to commission it at once; only when it is created, and by default for administrators.</summary>
    public bool? Commission { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form.Add("architecture", Architecture).Add("mac_addresses", MacAddresses).Add("hostname", Hostname).Add("domain", Domain)
            .Add("description", Description).Add("power_type", PowerType).Add("zone", Zone).Add("pool", Pool)
            .Add("min_hwe_kernel", MinHweKernel).Add("swap_size", SwapSize).Add("commission", Commission);
        foreach (var (name, value) in PowerParameters ?? new Dictionary<string, string>()) form.Add("power_parameters_" + name, value);
    }

    // Power parameters have passwords.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Hostname = ").Append(Hostname).Append(", PowerType = ").Append(PowerType);
        return true;
    }
}
