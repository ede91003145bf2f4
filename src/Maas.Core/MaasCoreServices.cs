using Maas.Core.Accounts;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Records;
using Maas.Core.Scripts;
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

    /// <summary>Reads sources of images; <see langword="null"/> when none are imported.</summary>
    public IBootSourceReader? BootSources { get; init; }

    /// <summary>Finds SSH keys that users published elsewhere; <see langword="null"/> when none are imported.</summary>
    public ISshKeySource? SshKeySource { get; init; }

    /// <summary>
    /// Chooses the recipe for a system that is installed by its own installer; <see langword="null"/> when only images are installed.
    /// </summary>
    public IInstallRecipes? Recipes { get; init; }

    /// <summary>Scripts of the application, which machines run like the built-in ones. Their names must be unique.</summary>
    public IReadOnlyList<ScriptDefinition> Scripts { get; init; } = [];

    /// <summary>Tables of other packages, after Core's own; a package reads and writes them by <see cref="MaasCore.Records"/>.</summary>
    public IReadOnlyList<RecordTable> Tables { get; init; } = [];

    /// <summary>Where to log; <see langword="null"/> for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
