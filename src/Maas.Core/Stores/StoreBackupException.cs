namespace Maas.Core.Stores;

/// <summary>A backup is damaged, or cannot be written or restored here.</summary>
public sealed class StoreBackupException : Exception
{
    /// <summary>Says what is wrong, and what to do.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The cause; <see langword="null"/> for none.</param>
    public StoreBackupException(string message, Exception? innerException = null) : base(message, innerException) { }
}
