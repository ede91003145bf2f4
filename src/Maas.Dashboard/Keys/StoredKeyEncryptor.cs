using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Maas.Dashboard.Keys;

/// <summary>Encrypts the secret of a key before it is stored.</summary>
internal sealed class StoredKeyEncryptor(IServiceProvider services) : IXmlEncryptor
{
    /// <summary>The element that has the encrypted text in base64.</summary>
    public const string ElementName = "maasEncryptedKey";

    /// <inheritdoc/>
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        ArgumentNullException.ThrowIfNull(plaintextElement);
        var text = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        return new EncryptedXmlInfo(
            new XElement(ElementName, Convert.ToBase64String(new StoredKeyCipher(services).Encrypt(text))), typeof(StoredKeyDecryptor));
    }
}
