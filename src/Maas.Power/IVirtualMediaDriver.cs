namespace Maas.Power;

/// <summary>
/// Puts ISO images into the virtual optical drives of machines. A driver implements it beside <see cref="IPowerDriver"/> where it can.
/// </summary>
public interface IVirtualMediaDriver
{
    /// <summary>
    /// Inserts an image, in the place of one that is inserted, and chooses it for the next boot, once. It does not turn the machine on. The
    /// same image in a machine that is on stays as it is: it may be what the machine runs from.
    /// </summary>
    /// <param name="target">Which machine, and how it is reached.</param>
    /// <param name="image">Where the controller fetches the ISO from: an http or https URL.</param>
    /// <param name="cancellationToken">Stops waiting; a command already sent is not taken back.</param>
    Task<PowerResult> InsertMediaAsync(PowerTarget target, Uri image, CancellationToken cancellationToken);

    /// <summary>Takes out the image; an empty drive stays as it is.</summary>
    /// <param name="target">Which machine, and how it is reached.</param>
    /// <param name="cancellationToken">Stops waiting; a command already sent is not taken back.</param>
    Task<PowerResult> EjectMediaAsync(PowerTarget target, CancellationToken cancellationToken);
}
