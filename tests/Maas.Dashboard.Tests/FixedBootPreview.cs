using Maas.Core.Diagnosis;
using Maas.Core.Nodes;

namespace Maas.Dashboard.Tests;

/// <summary>A host whose machines boot a script that names them.</summary>
internal sealed class FixedBootPreview : IBootPreview
{
    public Task<IReadOnlyList<BootPreviewEntry>> PreviewAsync(Machine machine, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<BootPreviewEntry>>(
        [
            new BootPreviewEntry("BIOS PXE", "undionly.kpxe by TFTP", "its status boots from its disk"),
            new BootPreviewEntry("iPXE script", "local disk", "its status boots from its disk")
            {
                Text = $"#!ipxe\necho {machine.Hostname} <img src=x onerror=alert(1)>\nexit 1\n",
            },
        ]);

    public Uri FindServerAddress(Machine machine) => new("http://10.0.0.1:5240/MAAS");
}
