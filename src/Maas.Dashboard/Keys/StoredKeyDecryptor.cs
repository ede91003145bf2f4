using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Maas.Dashboard.Keys;

/// <summary>Decrypts what <see cref="StoredKeyEncryptor"/> encrypted. ASP.NET Core creates it by its name, which is stored.</summary>
internal sealed class StoredKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    /// <inheritdoc/>
    public XElement Decrypt(XElement encryptedElement)
    {
        ArgumentNullException.ThrowIfNull(encryptedElement);
        var text = new StoredKeyCipher(services).Decrypt(Convert.FromBase64String(encryptedElement.Value));
        return XElement.Parse(Encoding.UTF8.GetString(text));
    }
}
