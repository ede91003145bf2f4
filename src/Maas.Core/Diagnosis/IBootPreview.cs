using Maas.Core.Nodes;

namespace Maas.Core.Diagnosis;

/// <summary>Says what a machine would receive for each request of a boot. It moves nothing, and makes no token.</summary>
/// <remarks>The host that answers boot requests implements it; without one only <see cref="Machine.NextBoot"/> is known.</remarks>
public interface IBootPreview
{
    /// <summary>The requests of a boot in their order, each with its answer.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<BootPreviewEntry>> PreviewAsync(Machine machine, CancellationToken cancellationToken);

    /// <summary>The address under which the machine would reach this server, <c>http://10.0.0.1:5240/MAAS</c>.</summary>
    /// <param name="machine">The machine.</param>
    /// <returns>The address; <see langword="null"/> (default) when it is not known.</returns>
    Uri? FindServerAddress(Machine machine) => null;
}

/// <summary>What a machine would receive for one kind of request.</summary>
/// <param name="Request">The request, such as <c>UEFI PXE, x64</c>.</param>
/// <param name="Answer">What it would receive, without secrets; <see langword="null"/> for no answer.</param>
/// <param name="Rule">Which rule decides, in words.</param>
public sealed record BootPreviewEntry(string Request, string? Answer, string Rule)
{
    /// <summary>
    /// The text of a boot script, without secrets; <see langword="null"/> for another request, and when there is no answer.
    /// </summary>
    public string? Text { get; init; }
}
