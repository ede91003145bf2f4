namespace Maas.Core.Images;

/// <summary>
/// The bytes of an image are not here now, and may be later: they are being fetched from another place, or that does not answer. A request
/// for them may be repeated.
/// </summary>
/// <param name="message">Why, in words.</param>
public sealed class ImageUnavailableException(string message) : IOException(message);
