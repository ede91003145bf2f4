namespace Maas.Client.Machines;

/// <summary>The arguments of commissioning and of tests.</summary>
public sealed record CommissionFields : IMaasFields
{
    /// <summary>Names or tags of commissioning scripts; all by default.</summary>
    public IReadOnlyList<string>? CommissioningScripts { get; init; }

    /// <summary>Names or tags of tests; <c>none</c> for no test.</summary>
    public IReadOnlyList<string>? TestingScripts { get; init; }

    /// <summary>Values of the scripts' parameters, by PARAMETER for all of them, or SCRIPT_PARAMETER for one.</summary>
    public IReadOnlyDictionary<string, string> ScriptValues { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the interfaces are left as they are configured.</summary>
    public bool? SkipNetworking { get; init; }

    /// <summary>Whether the disks are left as they are configured.</summary>
    public bool? SkipStorage { get; init; }

    /// <summary>Whether the management controller is left as it is configured.</summary>
    public bool? SkipBmcConfig { get; init; }

    /// <summary>Whether the machine stays on, with the user's SSH keys.</summary>
    public bool? EnableSsh { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form.Add("commissioning_scripts", CommissioningScripts is { } scripts ? string.Join(',', scripts) : null)
            .Add("testing_scripts", TestingScripts is { } tests ? string.Join(',', tests) : null)
            .Add("skip_networking", SkipNetworking).Add("skip_storage", SkipStorage).Add("skip_bmc_config", SkipBmcConfig)
            .Add("enable_ssh", EnableSsh);
        foreach (var (name, value) in ScriptValues) form.Add(name, value);
    }
}
