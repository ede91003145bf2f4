namespace Maas.Client.Machines;

/// <summary>The arguments of a deployment.</summary>
public sealed record DeployFields : IMaasFields
{
    /// <summary>The system, such as noble or ubuntu/noble; the server's default when null.</summary>
    public string? DistroSeries { get; init; }

    /// <summary>The family of the system, such as ubuntu or custom.</summary>
    public string? Osystem { get; init; }

    /// <summary>What cloud-init gets. It is sent in base64.</summary>
    public ReadOnlyMemory<byte>? UserData { get; init; }

    /// <summary>The kernel.</summary>
    public string? HweKernel { get; init; }

    /// <summary>The name of the client.</summary>
    public string? AgentName { get; init; }

    /// <summary>Whether the system runs in memory and nothing is written.</summary>
    public bool? EphemeralDeploy { get; init; }

    /// <summary>A reason, for the journal.</summary>
    public string? Comment { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form) => form.Add("distro_series", DistroSeries).Add("osystem", Osystem)
        .Add("user_data", UserData is { } data ? Convert.ToBase64String(data.Span) : null)
        .Add("hwe_kernel", HweKernel).Add("agent_name", AgentName).Add("ephemeral_deploy", EphemeralDeploy).Add("comment", Comment);
}
