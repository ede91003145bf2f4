using Maas.Boot;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;

namespace Maas.Hosting.Policy;

/// <summary>Previews the policy that is in use. An application's own policy decides on requests only.</summary>
/// <param name="policy">The policy.</param>
internal sealed class PolicyPreview(IBootPolicy policy) : IBootPreview
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<BootPreviewEntry>> PreviewAsync(Machine machine, CancellationToken cancellationToken) =>
        policy is IBootPreview preview ? await preview.PreviewAsync(machine, cancellationToken).ConfigureAwait(false) : [];

    /// <inheritdoc/>
    public Uri? FindServerAddress(Machine machine) => (policy as IBootPreview)?.FindServerAddress(machine);
}
