using Maas.Core.Diagnosis;

namespace Maas.Dashboard.Nodes;

/// <summary>The steps of operations, in words.</summary>
internal static class StepNames
{
    /// <summary>A step of <see cref="RunningOperation.Step"/>; one that is not known as it is.</summary>
    public static string Of(string step) => step switch
    {
        nameof(DeploymentStage.Allocated) => "Allocated",
        nameof(DeploymentStage.PoweredOn) => "Powered on",
        nameof(DeploymentStage.Firmware) => "The firmware asks for an address",
        nameof(DeploymentStage.Environment) => "The kernel was fetched",
        nameof(DeploymentStage.Image) => "The image is written",
        nameof(DeploymentStage.Restart) => "Restart from the disk",
        nameof(DeploymentStage.FirstBoot) => "First boot",
        nameof(DeploymentStage.Deployed) => "Deployed",
        nameof(DiagnosisPhase.Power) => "Waiting for the power",
        nameof(DiagnosisPhase.Dhcp) => "Asking for an address and a boot file",
        nameof(DiagnosisPhase.Transfer) => "Fetching boot files",
        nameof(DiagnosisPhase.Agent) => "The ephemeral environment starts",
        nameof(DiagnosisPhase.Installation) => "The agent works",
        _ => step,
    };
}
