namespace Maas.Core.Diagnosis;

/// <summary>The known faults of a boot. The list is closed: an explanation names one of these.</summary>
public static class DiagnosisRules
{
    /// <summary>All rules, in the order of a boot.</summary>
    public static IReadOnlyList<DiagnosisRule> All { get; } =
    [
        .. PowerRules.All, .. DhcpRules.All, .. TransferRules.All, .. AgentRules.All, .. InstallerRules.All, .. InstallationRules.All,
        .. FirstBootRules.All,
    ];
}
