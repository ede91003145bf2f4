using Maas.Core.Images;
using Maas.Core.Power;
using Microsoft.Extensions.Logging;

namespace Maas.Core;

/// <summary>What <see cref="MaasCore"/> uses besides its store.</summary>
public sealed record MaasCoreServices
{
    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Turns machines on and off; <see langword="null"/> when nothing can.</summary>
    public IMachinePower? Power { get; init; }

    /// <summary>Keeps the bytes of images; <see langword="null"/> for <see cref="MaasCoreOptions.ImageDirectory"/>.</summary>
    public IImageContent? Images { get; init; }

    /// <summary>Where to log; <see langword="null"/> for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
