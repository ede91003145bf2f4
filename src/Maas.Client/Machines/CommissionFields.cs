namespace Maas.Client.Machines;

/// <summary>The arguments of commissioning and of tests.</summary>
public sealed record CommissionFields : IMaasFields
{
    /// <summary>Names or tags of commissioning scripts; all by default.</summary>
    public IReadOnlyList<string>? CommissioningScripts { get; init; }

    /// <summary>Names or tags of tests; <c>none</c> for no test.</summary>
    public IReadOnlyList<string>? TestingScripts { get; init; }

    /// <summary>Whether the interfaces are left as they are configured.</summary>
    public bool? SkipNetworking { get; init; }

    /// <summary>Whether the disks are left as they are configured.</summary>
    public bool? SkipStorage { get; init; }

    /// <summary>Whether the management controller is left as it is configured.</summary>
    public bool? SkipBmcConfig { get; init; }

    /// <summary>Whether the machine stays on, with the user's SSH keys.</summary>
    public bool? EnableSsh { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form) => form
        .Add("commissioning_scripts", CommissioningScripts is { } scripts ? string.Join(',', scripts) : null)
        .Add("testing_scripts", TestingScripts is { } tests ? string.Join(',', tests) : null)
        .Add("skip_networking", SkipNetworking).Add("skip_storage", SkipStorage).Add("skip_bmc_config", SkipBmcConfig)
        .Add("enable_ssh", EnableSsh);
}
