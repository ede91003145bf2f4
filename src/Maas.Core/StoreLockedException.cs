namespace Maas.Core;

/// <summary>Another server has the store open.</summary>
public sealed class StoreLockedException : Exception
{
    /// <summary>Names the holder.</summary>
    public StoreLockedException(string path, string holder)
        : base($"The store {path} is in use by {holder}. Stop that server first, or give this one another data directory.")
    {
        Path = path;
        Holder = holder;
    }

    /// <summary>The store.</summary>
    public string Path { get; }

    /// <summary>Who has it: process id, host and since when.</summary>
    public string Holder { get; }
}

/// <summary>The store was written by a newer version of this program, or is not a store.</summary>
public sealed class StoreVersionException : Exception
{
    /// <summary>Says what was found and what is understood.</summary>
    public StoreVersionException(string message) : base(message) { }
}
